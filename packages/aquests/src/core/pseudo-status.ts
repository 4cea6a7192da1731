/**
 * What stands in `statusCode` where no server has answered: numbers beyond HTTP's own, each with its reason. An HTTP status is never among them.
 */
export const pseudoStatus = {
  700: "Socket Error",
  701: "Exception Occured",
  702: "Socket Timeout",
  703: "Socket Panic",
  704: "DNS Not Found",
  705: "Entered Shutdown Process",
  706: "Unknown Authedification Method",
  707: "HTTP Header/Body Error",
  708: "No Data Recieved",
  709: "Invalid Content",
  710: "Channel Closed",
  711: "Redirect Error",
  712: "Controlled Shutdown",
  713: "SSL Handshake Failure",
  714: "Connection Failure",
  715: "Response Header Error",
  716: "Protocol Switching Failure",
  717: "Invalid Content Type",
  718: "Unacceptable Content Type",
  719: "Too Large Content",
  720: "HTTP2 Connection Closed",
  721: "HTTP2 Stream Reset",
  722: "Object timeout",
  730: "Timeout",
  731: "Request Failed",
} as const;

/** One of the numbers from 700 that say why there is no answer. */
export type PseudoStatus = keyof typeof pseudoStatus;
