import { explainJson } from '../../json/explain-json.ts'
import { BadFile } from '../failure.ts'
import type { PieceMaker } from './pieces.ts'

const BYTES = (text: string): Set<number> => new Set(Buffer.from(text))
const [OPEN, CLOSE, BLANK] = [BYTES('[{'), BYTES(']}'), BYTES(' \t\r\n')]
const [QUOTE, BACKSLASH, COMMA, NEWLINE, ARRAY, END] = ['"', '\\', ',', '\n', '[', ']'].map((c) => c.charCodeAt(0))
const ONE_A_LINE = 'If it has one row a line, say --format ndjson.'
const MARK = Buffer.from('\ufeff')

/**
 * Finds the elements of a JSON array, of whatever size, as its bytes come; or the one object. Each is parsed, so that
 * a file that is no JSON is told by its line before anything of it is sent.
 */
export class JsonSurvey {
  readonly #maker: PieceMaker
  readonly #mostBytes: number
  /** Bytes not yet settled: from the element that is being read. */
  #held: Buffer = Buffer.alloc(0)
  /** Of the file, where `held` begins. */
  #base = 0
  #scanned = 0
  #line = 1
  #state: 'before' | 'array' | 'single' | 'after' = 'before'
  #depth = 0
  #inString = false
  #escaped = false
  /** In `held`, where the element begins; -1: it has not begun. */
  #element = -1
  #elementLine = 1
  #elements = 0

  constructor (maker: PieceMaker, mostBytes: number) {
    this.#maker = maker
    this.#mostBytes = mostBytes
  }

  /** Whether the rows stand in an array, and so are sent in one. */
  get isArray (): boolean {
    return this.#state !== 'single'
  }

  take (chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    if (this.#base === 0 && this.#scanned === 0 && this.#held.subarray(0, MARK.length).equals(MARK)) {
      this.#scanned = MARK.length
    }
    for (; this.#scanned < this.#held.length; this.#scanned++) this.#step(this.#held[this.#scanned] ?? 0)
    const keep = this.#element === -1 ? this.#scanned : this.#element
    if (this.#scanned - keep > this.#mostBytes) {
      throw new BadFile(`The row on line ${this.#elementLine} is longer than a request may be.`)
    }
    this.#held = this.#held.subarray(keep)
    this.#base += keep
    this.#scanned -= keep
    if (this.#element !== -1) this.#element = 0
  }

  end (): void {
    if (this.#state === 'single') this.#endElement(this.#scanned)
    else if (this.#state === 'array') throw this.#noJson('the file ends within the array; it was cut off')
  }

  #step (byte: number): void {
    if (byte === NEWLINE) this.#line++
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) this.#inString = false
      return
    }
    if (BLANK.has(byte)) return
    if (this.#state === 'after') throw this.#noJson('something follows the end of the array')
    if (this.#state === 'before') {
      this.#state = byte === ARRAY ? 'array' : 'single'
      if (byte === ARRAY) return
    } else if (this.#state === 'single' && this.#depth === 0) {
      throw new BadFile(`It is not one JSON value: on line ${this.#line} another begins. ${ONE_A_LINE}`)
    }
    if (this.#state === 'array' && this.#depth === 0 && (byte === COMMA || byte === END)) {
      const isEmpty = byte === END && this.#elements === 0 && this.#element === -1
      if (!isEmpty) this.#endElement(this.#scanned)
      if (byte === END) this.#state = 'after'
      return
    }
    if (this.#element === -1) {
      this.#element = this.#scanned
      this.#elementLine = this.#line
    }
    if (byte === QUOTE) this.#inString = true
    else if (OPEN.has(byte)) this.#depth++
    else if (CLOSE.has(byte)) this.#depth--
  }

  #endElement (end: number): void {
    if (this.#element === -1) throw this.#noJson('a row is missing between two commas, or after the last')
    const why = explainJson(this.#held.toString('utf8', this.#element, end))
    if (why !== undefined) {
      throw new BadFile(`It is not JSON: in the row that begins on line ${this.#elementLine} ${why}.` +
        (this.#state === 'single' ? ` ${ONE_A_LINE}` : ''))
    }
    this.#maker.add(this.#base + this.#element, this.#base + end, this.#elementLine)
    this.#element = -1
    this.#elements++
  }

  #noJson (why: string): BadFile {
    return new BadFile(`It is not JSON: on line ${this.#line} ${why}.`)
  }
}
