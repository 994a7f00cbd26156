import { Presets, SingleBar } from 'cli-progress'
import type { Warning } from './post.ts'

/** What whoever runs it is told while it goes on; the result goes to standard output, all else to standard error. */
export interface Report {
  begin: (file: string, rows: number, done: number) => void
  sent: (rows: number, refused: number) => void
  warn: (warning: Warning) => void
  note: (sentence: string) => void
  end: () => void
}

const EVERY_MS = 5000
const FORMAT = '{file} |{bar}| {percentage}% {value} of {total} rows, {rate} rows/s, {left} left{refused}'

/** `quiet`: nothing but what went wrong. */
export function reportTo (stream: NodeJS.WriteStream, quiet: boolean): Report {
  const warned = new Set<string>()
  let shown: Progress | undefined
  const say = (sentence: string): void => {
    shown?.pause()
    stream.write(`${sentence}\n`)
  }
  return {
    begin: (file, rows, done) => {
      if (!quiet) shown = stream.isTTY ? new Bar(stream, file, rows, done) : new Lines(stream, file, rows, done)
    },
    sent: (rows, refused) => shown?.add(rows, refused),
    warn: ({ code, column, detail }) => {
      const what = `${code} ${column ?? ''}`
      if (warned.has(what)) return
      warned.add(what)
      say(`Note: ${column === undefined ? '' : `column ${column}: `}${detail}`)
    },
    note: say,
    end: () => {
      shown?.end()
      shown = undefined
    }
  }
}

abstract class Progress {
  readonly stream: NodeJS.WriteStream
  readonly file: string
  readonly total: number
  readonly #from: number
  readonly #started = Date.now()
  done: number
  refused = 0

  constructor (stream: NodeJS.WriteStream, file: string, total: number, done: number) {
    this.stream = stream
    this.file = file
    this.total = total
    this.done = done
    this.#from = done
  }

  add (rows: number, refused: number): void {
    this.done += rows
    this.refused += refused
    this.show()
  }

  abstract show (): void
  /** Makes room for a line. */
  abstract pause (): void
  abstract end (): void

  get words (): { file: string, rate: string, left: string, refused: string } {
    const perSecond = (this.done - this.#from) / Math.max(0.001, (Date.now() - this.#started) / 1000)
    const seconds = Math.ceil((this.total - this.done) / perSecond)
    return {
      file: this.file,
      rate: perSecond.toFixed(0),
      left: Number.isFinite(seconds) ? duration(seconds) : '?',
      refused: this.refused === 0 ? '' : `, ${this.refused} refused`
    }
  }
}

class Bar extends Progress {
  readonly #bar: SingleBar

  constructor (stream: NodeJS.WriteStream, file: string, total: number, done: number) {
    super(stream, file, total, done)
    this.#bar = new SingleBar({ format: FORMAT, stream, hideCursor: true }, Presets.shades_classic)
    this.#bar.start(total, done, this.words)
  }

  show (): void {
    this.#bar.update(this.done, this.words)
  }

  pause (): void {
    this.stream.write('\r\x1b[K')
  }

  end (): void {
    this.#bar.stop()
  }
}

/** Where there is no terminal, as in the log of a scheduler. */
class Lines extends Progress {
  #next = Date.now() + EVERY_MS

  show (): void {
    if (Date.now() < this.#next) return
    this.#next = Date.now() + EVERY_MS
    const { file, rate, left, refused } = this.words
    this.stream.write(`${file}: ${this.done} of ${this.total} rows, ${rate} rows/s, ${left} left${refused}\n`)
  }

  pause (): void { /* a line is a line */ }
  end (): void { /* as above */ }
}

const duration = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
