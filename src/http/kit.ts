import type { RouteConfig } from '@hono/zod-openapi';
import type { Answer, Call, Ctx, Handle } from './call.ts';
import type { Access, Admission } from './middleware/admission.ts';

/** A route as hono takes it: its own handler does everything, admission first. */
export interface ServedRoute<R extends RouteConfig> {
  readonly route: R;
  readonly handler: (c: Ctx) => Answer;
}

/** Makes routes, and remembers each one for the OpenAPI document and for the tests that walk them all. */
export interface Kit {
  serve<R extends RouteConfig>(route: R, access: Access, handle: Handle): ServedRoute<R>;
  readonly documented: readonly DocumentedRoute[];
}

export interface DocumentedRoute {
  readonly route: RouteConfig;
  readonly access: Access;
}

export function createKit(admission: Admission): Kit {
  const documented: DocumentedRoute[] = [];
  return {
    documented,
    serve(route, access, handle) {
      documented.push({ route, access });
      return { route: withoutValidators(route), handler: guarded(admission, route.path, access, handle) };
    },
  };
}

/**
 * One function a request, no middleware chain: hono then answers without a promise, and a list stays as fast as the
 * bytes it sends (docs/benchmarks.md). Whatever is thrown goes to the app's error handler.
 */
function guarded(admission: Admission, path: string, access: Access, handle: Handle): (c: Ctx) => Answer {
  return (c) => {
    const call: Call = c.env.call;
    call.route = path;
    const waiting = admission.admit(c.env.incoming, call, access);
    return waiting === undefined ? handle(c, call) : waiting.then(() => handle(c, call));
  };
}

/**
 * `OpenAPIHono` would put a validator in front of the handler for each schema; that runs before admission and on
 * every list request. Ours run inside, on the same schemas. The type stays the full one, for typed clients.
 */
function withoutValidators<R extends RouteConfig>(route: R): R {
  const { request: _request, ...bare } = route;
  return { ...bare, hide: true } as RouteConfig as R;
}
