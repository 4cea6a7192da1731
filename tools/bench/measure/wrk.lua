-- Prints what was measured in a form that a program reads; it does nothing while requests run.
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"micros":%d,"requests":%d,"bytes":%d,"p99Micros":%d,"failed":%d}\n',
    summary.duration, summary.requests, summary.bytes, latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
