// MediaPipe's canonical face: the mean shape behind the landmark numbers. Read from the model file, so that it always
// matches the landmarks in use.
import { readFile } from 'node:fs/promises';
import { modelPath, readZipBytes } from '@portrait/models';
import { PortraitError } from '@portrait/contracts';

export interface CanonicalFace {
  /** [468,3] centimetres; x to the subject's left, y up, z towards the camera. */
  vertices: Float32Array;
  /** [468,2] texture coordinates in 0…1. */
  uvs: Float32Array;
  /** [898,3] vertex numbers. */
  triangles: Uint32Array;
  /** The landmarks MediaPipe fits its pose matrix on. */
  procrustes: { id: number; weight: number }[];
}

const METADATA = 'geometry_pipeline_metadata_landmarks.binarypb';
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** Top-level fields of a protobuf message: number → values in order. Varints and floats are numbers, the rest bytes. */
function fieldsOf(message: Buffer): Map<number, (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    let value: number | Buffer;
    switch (tag & 7) {
      case VARINT:
        value = varint();
        break;
      case FIXED32:
        value = message.readFloatLE(at);
        at += 4;
        break;
      case BYTES: {
        const length = varint();
        value = message.subarray(at, at + length);
        at += length;
        break;
      }
      default:
        throw new PortraitError('INTERNAL', `The canonical face has a field of unknown wire type ${tag & 7}.`);
    }
    const list = fields.get(tag >> 3);
    if (list) list.push(value);
    else fields.set(tag >> 3, [value]);
  }
  return fields;
}

function parse(metadata: Buffer): CanonicalFace {
  const message = fieldsOf(metadata);
  const mesh = fieldsOf(message.get(1)![0] as Buffer);
  const vertexBuffer = mesh.get(3) as number[]; // x y z u v of each vertex
  const count = vertexBuffer.length / 5;
  const vertices = new Float32Array(count * 3);
  const uvs = new Float32Array(count * 2);
  for (let v = 0; v < count; v++) {
    vertices.set(vertexBuffer.slice(v * 5, v * 5 + 3), v * 3);
    uvs.set(vertexBuffer.slice(v * 5 + 3, v * 5 + 5), v * 2);
  }
  const procrustes = (message.get(2) as Buffer[]).map((basis) => {
    const fields = fieldsOf(basis);
    return { id: (fields.get(1)?.[0] as number | undefined) ?? 0, weight: fields.get(2)![0] as number };
  });
  return { vertices, uvs, triangles: Uint32Array.from(mesh.get(4) as number[]), procrustes };
}

let loaded: Promise<CanonicalFace> | null = null;

/** Cached per process. @throws PortraitError MODEL_UNAVAILABLE */
export function canonicalFace(): Promise<CanonicalFace> {
  loaded ??= modelPath('face-landmarker')
    .then((path) => readFile(path))
    .then((task) => readZipBytes(task, METADATA))
    .then((metadata) => parse(metadata!));
  loaded.catch(() => (loaded = null));
  return loaded;
}
