import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { KirokuError } from '../../domain/errors.ts';
import type { HttpConfig } from '../deps.ts';
import type { Origins } from './client-address.ts';

/** Refuses what another site made a browser send (docs/security.md, A2). Bearer calls need none of this. */
export interface CrossSite {
  /** @throws KirokuError `cross_site` */
  refuseWrite(incoming: IncomingMessage): void;
  /** True when another site's page asked for this, and not by leading the user here. */
  isEmbedded(incoming: IncomingMessage): boolean;
}

const LOOPBACK = /^(?:localhost|[a-z0-9-]+\.localhost)$/;

export function createCrossSite(config: HttpConfig, origins: Origins): CrossSite {
  const configured = config.publicUrl?.origin;
  const refuse = (detail: string): never => {
    throw new KirokuError('cross_site', detail);
  };
  return {
    refuseWrite(incoming) {
      const site = incoming.headers['sec-fetch-site'];
      const origin = incoming.headers.origin;
      // Browsers send at least one of the two with every write; who sends neither holds no ambient cookie.
      if (site === undefined && origin === undefined) return;
      if (site !== undefined && site !== 'same-origin' && site !== 'none')
        refuse('The request came from another site.');
      if (configured !== undefined) {
        if (origin !== undefined && origin !== configured) refuse('The request came from another origin.');
        return;
      }
      // Without PUBLIC_URL the request's own host decides, unless a foreign name was pointed at us (DNS rebinding).
      const host = origins.host(incoming).toLowerCase();
      if (!isOwnHost(host, config.allowedHosts))
        refuse('This host name is not known here: set PUBLIC_URL or ALLOWED_HOSTS.');
      if (origin !== undefined && origin !== `${origins.scheme(incoming)}://${host}`) {
        refuse('The request came from another origin. Behind a proxy, set PUBLIC_URL.');
      }
    },
    isEmbedded(incoming) {
      const site = incoming.headers['sec-fetch-site'];
      if (site === undefined || site === 'same-origin' || site === 'none') return false;
      return incoming.headers['sec-fetch-dest'] !== 'document';
    },
  };
}

function isOwnHost(host: string, allowed: readonly string[]): boolean {
  const name = host.replace(/:\d{1,5}$/, '');
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return LOOPBACK.test(bare) || isIP(bare) !== 0 || allowed.includes(name) || allowed.includes(host);
}
