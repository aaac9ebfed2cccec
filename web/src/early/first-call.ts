/** Pictures of a list's first page. */
export const FIRST_PAGE = 100;
/** The call that a visit begins with, below the base path. */
export const FIRST_CALL = `/api/v1/images?size=${FIRST_PAGE}`;
