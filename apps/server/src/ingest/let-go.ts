/** Smaller buffers may share their memory with others, and are not worth the call. */
const leastBytes = 64 * 1024;

/** Who is sent there gives up his memory, and nobody receives it. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * Frees bytes that nobody reads any more: whoever still holds them finds them empty. Only for a buffer of one's own.
 *
 * Left to the collector they cost more than to unpack them: V8 marks its whole heap for each 64 MiB that were allocated
 * outside of it, and only then finds out that those which outlived a few requests are free (6 µs of CPU a span under load).
 */
export function letGo(bytes: Uint8Array<ArrayBufferLike>): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= leastBytes) nowhere.postMessage(null, [buffer]);
}
