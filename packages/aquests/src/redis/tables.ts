const words = (text: string): string[] => text.trim().split(/\s+/);

/** Commands that change nothing, so that they may be sent again, and their answers kept. */
export const readingCommands: ReadonlySet<string> = new Set(
  words(`
  get mget getrange substr strlen lcs getbit bitcount bitpos bitfield_ro
  exists type ttl pttl expiretime pexpiretime keys randomkey scan dbsize dump object touch sort_ro
  hget hmget hgetall hkeys hvals hlen hexists hstrlen hrandfield hscan httl hpttl hexpiretime hpexpiretime
  lrange llen lindex lpos
  scard sismember smismember smembers srandmember sinter sunion sdiff sintercard sscan
  zcard zcount zlexcount zrange zrevrange zrangebyscore zrevrangebyscore zrangebylex zrevrangebylex zrank zrevrank zscore zmscore
  zrandmember zscan zinter zunion zdiff zintercard
  xlen xrange xrevrange xinfo xpending xread
  geodist geohash geopos geosearch georadius_ro georadiusbymember_ro
  pfcount ping echo time info lastsave lolwut eval_ro evalsha_ro fcall_ro`),
);

/** Readings whose answers differ from one moment to the next, or are no data: of no use in a cache. */
export const fleetingCommands: ReadonlySet<string> = new Set(
  words("ping echo time randomkey scan hscan sscan zscan srandmember hrandfield zrandmember xread"),
);

/** Commands that wait for something to happen: each has a connection of its own meanwhile. */
export const blockingCommands: ReadonlySet<string> = new Set(
  words("blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof"),
);

/** Commands whose last argument may be an object or a Map: its names and values in turn. */
export const fieldCommands: ReadonlySet<string> = new Set(words("hset hmset mset msetnx xadd"));

const subscribing = "Messages belong to the coordinator of the engine, or to a client of ioredis of your own.";
const transaction = "Use multi([...]), which sends the whole transaction at once.";
const login = "Name user and password where the Redis object is made.";

/** Commands that change a connection, which is shared here, and what to do instead. */
export const refusedCommands: Readonly<Record<string, string>> = {
  subscribe: subscribing,
  unsubscribe: subscribing,
  psubscribe: subscribing,
  punsubscribe: subscribing,
  ssubscribe: subscribing,
  sunsubscribe: subscribing,
  monitor: "Use redis-cli.",
  multi: transaction,
  exec: transaction,
  discard: transaction,
  watch: `${transaction} What depends on a value goes into a script, by eval().`,
  unwatch: transaction,
  select: "Name the database where the Redis object is made: redis(server, 2).",
  swapdb: "Use redis-cli.",
  auth: login,
  hello: login,
  reset: "Connections look after themselves.",
  quit: "Connections are closed with the client.",
  sync: "It is for replicas.",
  psync: "It is for replicas.",
  readonly: "It is for clusters.",
  readwrite: "It is for clusters.",
  asking: "It is for clusters.",
};

/** Parts of CLIENT of which the same is true. */
export const refusedClientCommands: ReadonlySet<string> = new Set(words("reply tracking caching setname setinfo no-touch no-evict"));
