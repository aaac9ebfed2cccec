/** Who calls: about the owner's picture, always. */
export const CALLERS = ['owner', 'other', 'none', 'forged', 'service', 'service for other', 'admin'] as const;
export type Caller = (typeof CALLERS)[number];
type Row = readonly [number, number, number, number, number, number, number];

/** A picture of the caller's own namespace: what is somebody else's does not exist. */
const READ_ONE: Row = [200, 404, 404, 404, 200, 404, 403];
const WRITE_ONE: Row = [200, 404, 401, 401, 200, 404, 403];
/** A namespace as a whole: everybody has one. */
const READ_ALL: Row = [200, 200, 200, 200, 200, 200, 403];
const WRITE_ALL: Row = [200, 200, 401, 401, 200, 200, 403];
const UPLOAD: Row = [201, 201, 401, 401, 201, 201, 403];
/** A session of the admin's is tried apart. */
const ADMIN_ONLY: Row = [401, 401, 401, 401, 403, 403, 200];
const PUBLIC: Row = [200, 200, 200, 200, 200, 200, 200];

export const TABLE: Readonly<Record<string, Row>> = {
  'get /api/v1/me': READ_ALL,
  // a browser's own: no token stands for the person in front of it
  'post /api/v1/me/recovery-code': [201, 201, 401, 401, 403, 403, 403],
  'delete /api/v1/me/recovery-code': [200, 200, 401, 401, 403, 403, 403],
  'post /api/v1/me/recover': [403, 403, 401, 401, 403, 403, 403],
  'post /api/v1/me/claim': [403, 403, 401, 401, 403, 403, 403],
  'get /api/v1/usage': READ_ALL,
  'get /api/v1/events': READ_ALL,
  'post /api/v1/images': [401, 401, 401, 401, 201, 201, 403],
  'post /api/v1/inputs/upload': UPLOAD,
  'post /api/v1/controls/upload': UPLOAD,
  'post /api/v1/inputs/copy': [201, 404, 401, 401, 201, 404, 403],
  ...Object.fromEntries(
    ['images', 'inputs', 'controls'].flatMap((base) => [
      [`get /api/v1/${base}`, READ_ALL],
      [`get /api/v1/${base}/{id}`, READ_ONE],
      [`patch /api/v1/${base}/{id}`, WRITE_ONE],
      [`post /api/v1/${base}/{id}/delete`, WRITE_ONE],
      [`post /api/v1/${base}/{id}/restore`, WRITE_ONE],
      [`post /api/v1/${base}/bulk`, WRITE_ALL],
      [`get /api/v1/${base}/facets`, READ_ALL],
      [`get /api/v1/${base}/timeline`, READ_ALL],
      [`get /api/v1/${base}/{id}/related`, READ_ONE],
      // a graph may hold keys and paths: for the owner, and the pipeline that acts for the owner
      [`get /api/v1/${base}/{id}/workflow`, READ_ONE],
    ]),
  ),
  'get /api/v1/searches': READ_ALL,
  'post /api/v1/searches': UPLOAD,
  'patch /api/v1/searches/{sid}': WRITE_ONE,
  'delete /api/v1/searches/{sid}': WRITE_ONE,
  'post /api/v1/images/zip': WRITE_ONE,
  'get /api/v1/downloads/{token}': READ_ONE,
  'get /api/v1/shares': READ_ALL,
  'post /api/v1/shares': [201, 404, 401, 401, 201, 404, 403],
  'delete /api/v1/shares/{sid}': WRITE_ONE,
  // whoever has the link, whoever else it is
  'get /s/{token}': PUBLIC,
  'get /s/{token}/{id}': PUBLIC,
  'get /s/{token}/{id}/thumb': PUBLIC,
  // this server knows no folder of ComfyUI's
  'post /api/v1/inputs/{id}/place': [401, 401, 401, 401, 501, 501, 403],
  'post /api/v1/jobs/{job_id}/done': [401, 401, 401, 401, 200, 200, 403],
  'get /api/v1/access-log': READ_ALL,
  ...Object.fromEntries(
    ['images', 'inputs', 'controls'].flatMap((base) => [
      [`get /api/v1/admin/${base}`, ADMIN_ONLY],
      [`post /api/v1/admin/${base}/{id}/delete`, ADMIN_ONLY],
      [`post /api/v1/admin/${base}/{id}/restore`, ADMIN_ONLY],
    ]),
  ),
  'get /api/v1/admin/users': ADMIN_ONLY,
  'post /api/v1/admin/users/{id}/transfer': ADMIN_ONLY,
  'get /api/v1/admin/users/{id}/quota': ADMIN_ONLY,
  'put /api/v1/admin/users/{id}/quota': ADMIN_ONLY,
  'get /api/v1/admin/quota-report': ADMIN_ONLY,
  'get /api/v1/admin/recent': ADMIN_ONLY,
  'get /api/v1/admin/audit': ADMIN_ONLY,
  'get /api/v1/admin/purge-trash/preview': ADMIN_ONLY,
  'post /api/v1/admin/purge-trash': ADMIN_ONLY,
  'get /api/v1/admin/jobs': ADMIN_ONLY,
  'post /api/v1/admin/jobs/{name}/run': ADMIN_ONLY,
  'post /api/v1/admin/verify': ADMIN_ONLY,
  'post /api/v1/admin/thumbnails': ADMIN_ONLY,
  'post /api/v1/admin/reindex': ADMIN_ONLY,
  // an admin too has to show that the tree is his to write in
  'post /api/v1/admin/restore-backup': [401, 401, 401, 401, 403, 403, 404],
  'get /api/v1/admin/why/{id}': ADMIN_ONLY,
  'get /api/v1/admin/session': ADMIN_ONLY,
  'post /api/v1/admin/session': [401, 401, 401, 401, 403, 403, 201],
  'delete /api/v1/admin/session': ADMIN_ONLY,
  'get /outputs/{key}': [200, 404, 404, 404, 200, 404, 200],
  'get /metrics': [401, 401, 401, 401, 403, 403, 200],
  'get /healthz': PUBLIC,
  'get /readyz': PUBLIC,
  'get /openapi.json': PUBLIC,
  'get /docs': PUBLIC,
  // the gallery's pages are everybody's; what they show, they fetch
  ...Object.fromEntries(
    ['/', '/inputs', '/trash', '/shares', '/you', '/admin', '/admin/{page}'].map((page) => [
      `get ${page}`,
      PUBLIC,
    ]),
  ),
  ...Object.fromEntries(
    ['/icon.svg', '/manifest.webmanifest', '/icons/{file}', '/assets/{file}'].map((file) => [
      `get ${file}`,
      PUBLIC,
    ]),
  ),
};
