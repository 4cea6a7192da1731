export type { AcquireOptions, MongodbAddress, PostgresAddress, RedisAddress, ServiceAddresses, ServiceName } from "./contract.ts";
export { availability, serviceNames } from "./kinds.ts";
export { acquire, type Service, type ServiceControl, type Services, services, startServices } from "./services.ts";
