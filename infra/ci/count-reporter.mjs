// A jest reporter that writes the counts of a run to the file named by PORTRAIT_TEST_COUNTS. test.mjs adds them up.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.PORTRAIT_TEST_COUNTS;
    if (!file) return;
    const skipped = results.testResults.flatMap((suite) =>
      suite.testResults
        .filter((test) => test.status === 'pending' || test.status === 'todo')
        .map((test) => test.fullName),
    );
    // A suite that does not load has no tests of its own; it counts as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    writeFileSync(
      file,
      JSON.stringify({
        passed: results.numPassedTests,
        failed,
        skipped: results.numPendingTests + results.numTodoTests,
        skippedNames: skipped,
      }),
    );
  }
}
