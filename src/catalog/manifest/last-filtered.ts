/** The rows of the selection that was filtered last: the next pages and the counts of the same one cost no pass. */
export class LastFiltered {
  private key = '';
  private rows: Uint32Array<ArrayBuffer> = new Uint32Array(0);

  get bytes(): number {
    return this.rows.byteLength;
  }

  get(key: string): Uint32Array<ArrayBuffer> | undefined {
    return this.key === key ? this.rows : undefined;
  }

  set(key: string, rows: Uint32Array<ArrayBuffer>): void {
    this.key = key;
    this.rows = rows;
  }
}
