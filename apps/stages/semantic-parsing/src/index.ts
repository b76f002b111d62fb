// Stage semantic-parsing.
export {
  semanticParsingParamsSchema,
  semanticParsingStage,
  type SemanticParsingInputs,
  type SemanticParsingOutputs,
  type SemanticParsingParams,
} from './stage.js';
