/** Path under which the pages are served, without a slash at its end: PUBLIC_URL's, or ''. The server writes `<base>`. */
export const BASE_PATH = new URL(document.baseURI).pathname.replace(/\/$/, '');
