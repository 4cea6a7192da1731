import { describe, expect, it } from "vitest";
import { grantedSeconds } from "../measure/capacity.ts";
import { parseCpuList } from "../measure/machine.ts";
import { median, pairedDifference, pairedRatio, spread } from "../measure/stats.ts";
import { parseReport } from "../measure/wrk.ts";

describe("statistics", () => {
  it("take the middle of an odd number of values, whatever their order", () => {
    expect(median([9, 1, 10])).toBe(9);
  });

  it("take the mean of the two in the middle of an even number of values", () => {
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  it("refuse to find the middle of nothing", () => {
    expect(() => median([])).toThrow(RangeError);
  });

  it("tell how far the values lie apart", () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  });

  it("compare the values of the same round, so that a disturbed round does not count twice", () => {
    // Both were twice as slow in the second round.
    expect(pairedRatio([12, 24, 12], [10, 20, 10])).toEqual({ median: 1.2, min: 1.2, max: 1.2 });
    expect(pairedDifference([350, 360, 400], [50, 70, 50])).toEqual({ median: 300, min: 290, max: 350 });
  });

  it("refuse to pair different numbers of rounds", () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow("2 values cannot be paired with 1");
  });

  it("do not grant a server the CPU time that others took, but the time that it left unused", () => {
    // Two CPUs for 2 s: 3.5 s were busy, of which the server used 2.5 s; 1 s went to the client, 0.5 s was idle.
    expect(grantedSeconds(2, 3.5, 2.5, 2)).toBe(3);
    expect(grantedSeconds(2, 1.99, 2, 1)).toBe(2);
  });
});

describe("what the measuring reads", () => {
  it("is the report at the end of wrk's output", () => {
    const report = '{"micros":1000000,"requests":5000,"bytes":70000,"p99Micros":1500,"failed":0}';
    expect(parseReport(`Running 1s test\n  5000 requests in 1.00s\n\n${report}\n`)).toEqual(JSON.parse(report));
  });

  it("is refused when wrk did not report a figure", () => {
    expect(() => parseReport('{"micros":1000000}')).toThrow("wrk did not report requests");
  });

  it("is every CPU of a list with ranges", () => {
    expect(parseCpuList("0-2,5\n")).toEqual([0, 1, 2, 5]);
    expect(parseCpuList("3")).toEqual([3]);
  });
});
