import { Failure } from '../failure.ts'
import { headerLineOf, refuseCutCounts } from './ask-about.ts'
import { MOST } from './content.ts'
import { formatOf } from './format.ts'
import { senderOf } from './key.ts'
import { OpenFile } from './open-file.ts'
import { sourceOf, type AskedOptions, type TryOptions } from './options.ts'
import { prepare } from './prepare.ts'
import { Poster, type Service } from './post.ts'
import type { Report } from './report.ts'
import { sendFile } from './send-file.ts'
import type { RowOptions } from './send-pieces.ts'
import { Spool } from './spool.ts'
import type { Summary } from './summary.ts'
import { lockPath } from '../../embedded-postgres/directory-lock.ts'

export interface Sender {
  service: Service & { token: string }
  options: AskedOptions
  report: Report
  halt: AbortSignal
}

export const posterOf = (service: Service, { tries, timeout }: TryOptions, report: Report, halt: AbortSignal): Poster =>
  new Poster(service, { tries, timeoutMs: timeout * 1000, onRetry: report.note, halt })

/** Sends a file; `-`: what comes on standard input. Throws `Failure` where nothing could be sent. */
export async function sendOne (sender: Sender, name: string): Promise<Summary> {
  if (name !== '-') return await sendStored(sender, name, name)
  const spool = await Spool.of(process.stdin)
  try {
    return await sendStored(sender, name, spool.file)
  } finally {
    await spool.remove()
  }
}

async function sendStored ({ service, options, report, halt }: Sender, name: string, stored: string): Promise<Summary> {
  const format = formatOf(name, options.format)
  const file = await OpenFile.of(stored)
  const release = await lockPath(stored)
  let tidy: (() => Promise<void>) | undefined
  try {
    if (release === undefined) throw new Failure(`${name} is being sent already, by another process on this machine.`)
    const rowOptions = rowOptionsOf(options)
    const poster = posterOf(service, options, report, halt)
    const { content, close } = await prepare(file, {
      format,
      batch: rowOptions.batch,
      headerLine: async (found) => await headerLineOf(poster, found, rowOptions),
      warn: report.warn
    })
    tidy = close
    await refuseCutCounts(poster, content, rowOptions, sourceOf(options))
    return await sendFile({
      content,
      rowOptions,
      poster,
      halt,
      report,
      // Which of two rows with the same id is the newest, their order says.
      concurrency: rowOptions.onRepeat === 'newest' ? 1 : options.concurrency,
      file: name,
      ...(name !== '-' && { journalFile: `${name}.lpp-journal` }),
      refusedFile: `${name === '-' ? 'stdin' : name}.refused.csv`,
      url: service.url,
      sender: senderOf(service.token),
      dryRun: options.dryRun ?? false,
      again: options.again ?? false
    })
  } finally {
    release?.()
    await tidy?.()
    await file.close()
  }
}

function rowOptionsOf (
  { kind, mapping, onRepeat, replacePeriod, strict = false, batch = MOST.rows }: AskedOptions
): RowOptions {
  return {
    kind,
    ...(mapping !== undefined && { mapping }),
    ...(onRepeat !== undefined && { onRepeat }),
    ...(replacePeriod !== undefined && { replacePeriod }),
    strict,
    batch: replacePeriod === undefined ? batch : MOST.rows // in one request
  }
}
