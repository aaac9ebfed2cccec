import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the requests of this process add up to. Labels are route templates and codes of ours: a bounded set. */
export interface HttpMetrics {
  record(method: string, route: string, status: number, seconds: number): void;
  /** Read when metrics are asked for. */
  observeConnections(count: () => Promise<number>): void;
}

const KNOWN_METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'];

/** Registers the HTTP metrics; once per registry. */
export function createHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Counter({
    name: 'kiroku_http_requests_total',
    help: 'Requests answered, by route template and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'kiroku_http_request_duration_seconds',
    help: 'From the first line of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  let connections: (() => Promise<number>) | undefined;
  new Gauge({
    name: 'kiroku_http_connections',
    help: 'Open connections.',
    registers: [registry],
    async collect() {
      if (connections !== undefined) this.set(await connections());
    },
  });
  // Children are looked up once: hashing labels on each request costs more than counting does.
  const counters = new Map<string, ReturnType<typeof requests.labels>>();
  const timers = new Map<string, ReturnType<typeof durations.labels>>();
  return {
    record(method, route, status, seconds) {
      const verb = KNOWN_METHODS.includes(method) ? method : 'OTHER';
      const key = `${verb} ${status} ${route}`;
      kept(counters, key, () => requests.labels(verb, route, String(status))).inc();
      kept(timers, route, () => durations.labels(route)).observe(seconds);
    },
    observeConnections(count) {
      connections = count;
    },
  };
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
