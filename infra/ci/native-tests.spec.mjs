import { describe, expect, it } from '@jest/globals';
import { countJunit } from './native-tests.mjs';

const suite = (cases) => `<?xml version="1.0"?><testsuite tests="3">${cases}</testsuite>`;

describe('countJunit', () => {
  it('counts tests by status', () => {
    expect(
      countJunit(
        suite(
          '<testcase name="a" status="run"/>' +
            '<testcase name="b" status="fail"><failure message="x"/><system-out>boom</system-out></testcase>' +
            '<testcase name="c" status="notrun"><skipped message="SKIP_RETURN_CODE"/></testcase>',
        ),
      ),
    ).toEqual({ passed: 1, failed: 1, skipped: 1, skippedNames: ['c'] });
  });

  it('counts the cases a test reports', () => {
    expect(
      countJunit(
        suite(
          '<testcase name="ops" status="run"><system-out>[cases] passed=12 failed=0 skipped=3</system-out></testcase>',
        ),
      ),
    ).toMatchObject({ passed: 12, failed: 0, skipped: 3 });
  });

  it('does not lose the failure of a test whose cases all passed', () => {
    expect(
      countJunit(
        suite(
          '<testcase name="ops" status="fail"><failure/>' +
            '<system-out>[cases] passed=12 failed=0 skipped=0</system-out></testcase>',
        ),
      ),
    ).toMatchObject({ passed: 12, failed: 1 });
  });
});
