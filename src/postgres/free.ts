/**
 * Gives back the memory of a Buffer that nobody uses any more, and of all that share it but for Node's own pool. V8
 * does not see how much hangs on a Buffer, and leaves some 60 MiB of it to be collected: at a hundred thousand events a
 * second that is memory which the next could have had, still warm, and a collector that marks the whole heap eight
 * times a second.
 */
export function free ({ buffer, length }: Buffer): void {
  const mayBePool = buffer.byteLength === Buffer.poolSize && length < buffer.byteLength
  if (buffer instanceof ArrayBuffer && !mayBePool) buffer.transfer(0)
}
