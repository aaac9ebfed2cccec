/** Extensions of model files; cut, because half of the tools write none. */
const EXTENSIONS = ['.safetensors', '.sft', '.ckpt', '.pth', '.pt', '.bin', '.gguf'];

/**
 * The name of a model, LoRA or VAE as it is shown and searched for: without the folders of Windows or Unix, without the
 * extension. What is nothing but folders stays as it is.
 */
export function partName(raw: string): string {
  const name = raw.replaceAll('\\', '/').split('/').at(-1)?.trim() ?? '';
  const extension = EXTENSIONS.find((one) => name.toLowerCase().endsWith(one)) ?? '';
  const short = name.slice(0, name.length - extension.length);
  return short === '' ? raw : short;
}
