export type {
  AcquireOptions,
  GrpcAddress,
  MongodbAddress,
  NginxAddress,
  PeerAddress,
  PostgresAddress,
  ProxyAddress,
  RedisAddress,
  ServiceAddresses,
  ServiceName,
} from "./contract.ts";
export { type Fault, faults, type FaultyPeer, startFaultyPeer } from "./faulty.ts";
export { availability, serviceNames } from "./kinds.ts";
export { freePort } from "./program.ts";
export { acquire, type Service, type ServiceControl, type Services, services, startServices } from "./services.ts";
