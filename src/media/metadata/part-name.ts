/** Extensions of model files; cut, because half of the tools write none. */
const EXTENSIONS = ['.safetensors', '.sft', '.ckpt', '.pth', '.pt', '.bin', '.gguf'];
const LONGEST = Math.max(...EXTENSIONS.map(({ length }) => length));

/**
 * The name of a model, LoRA or VAE as it is shown and searched for: without the folders of Windows or Unix, without the
 * extension. What is nothing but folders stays as it is.
 */
export function partName(raw: string): string {
  // by its last separator: a hostile name may be megabytes of them, and an array of its parts would fill the memory
  const name = raw.slice(Math.max(raw.lastIndexOf('/'), raw.lastIndexOf('\\')) + 1).trim();
  const end = name.slice(-LONGEST).toLowerCase();
  const extension = EXTENSIONS.find((one) => end.endsWith(one)) ?? '';
  const short = name.slice(0, name.length - extension.length);
  return short === '' ? raw : short;
}
