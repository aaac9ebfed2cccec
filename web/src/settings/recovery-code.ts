const REVOKE_MS = 60_000;

/** What a recovery code is kept in outside this browser: readable in ten years, and says what it is for. */
export function codeFile(code: string, about: string, address: string): Blob {
  return new Blob([`${about}\n\n${code}\n\n${address}\n`], { type: 'text/plain;charset=utf-8' });
}

/** Offers a file for saving. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Safari reads it after the click is over
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}
