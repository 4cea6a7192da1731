export type { AcquireOptions, PostgresAddress, RedisAddress, ServiceAddresses, ServiceName } from "./contract.ts";
export { availability } from "./kinds.ts";
export { acquire, type Service, type ServiceControl, type Services, services, startServices } from "./services.ts";
