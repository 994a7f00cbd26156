import { pointerPart } from './json-pointer.ts'

/** The first thing in a text that keeps it from being read as JSON. What was sent is never part of it. */
export interface Fault {
  /** Characters from the beginning of the text. */
  at: number
  /** What stands there, in words. */
  what: string
  /** JSON pointer to the value that it belongs to. */
  pointer: string
  /** Where the value ends is certain all the same: brackets and quotation marks are as they should be. */
  bounded: boolean
}

/** Where in a text to look: an element of a list that is part of it, or left out, all of it. */
export interface Part { from: number, to: number }

/** An object, with the names it has so far, or a list; and the name or index of the value that is read. */
interface Level { names: Set<string> | undefined, key: string | number }

type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma' | 'end'

const WORD = /[^\s,:[\]{}"']+/y
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
const KNOWN_WORDS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^[-+]?nan$/i, 'NaN'],
  [/^[-+]?inf(?:inity)?$/i, 'Infinity'],
  [/^none$/i, 'None'],
  [/^true$/i, 'True'],
  [/^false$/i, 'False'],
  [/^null$/i, 'NULL'],
  [/^undefined$/, 'undefined'],
  [/^[-+.]?\d/, 'a number that JSON spells otherwise']
]
/** A text in single quotation marks in which nothing else could be taken for the end of a value. */
const SINGLY_QUOTED = /'[^'"\\,[\]{}\n]*'/y
const TRAILING = 'a comma before a closing bracket'
const NO_VALUE = 'a comma with no value before it'
const UNOPENED = 'a closing bracket that none opened'
/** Each level is kept, and there may be millions of them. */
const DEEPEST = 1000

/** The first fault of a text, or of a part of one; undefined: it is JSON, and no object has a member twice. */
export function faultIn (text: string, part?: Part): Fault | undefined {
  return new Walk(text, part).run()
}

/** Goes through a text without calling itself: brackets may be nested to any depth. */
class Walk {
  readonly #text: string
  readonly #to: number
  readonly #levels: Level[] = []
  #at: number
  #expected: Expected = 'value'
  #first: Fault | undefined

  constructor (text: string, { from, to }: Part = { from: 0, to: text.length }) {
    this.#text = text
    this.#at = from
    this.#to = to
  }

  run (): Fault | undefined {
    while (this.#isAtToken()) if (!this.#step()) return this.#first
    if (this.#expected !== 'end') {
      // Of a list: an element that is not there.
      const next = this.#expected === 'value' && this.#levels.length === 0 ? this.#text[this.#to] : undefined
      this.#stop(next === ',' ? NO_VALUE : next === ']' ? TRAILING : 'its end')
    }
    return this.#first
  }

  /** Passes over blanks; false at the end. */
  #isAtToken (): boolean {
    for (let c = this.#text.charCodeAt(this.#at); c === 32 || c === 10 || c === 13 || c === 9;) {
      c = this.#text.charCodeAt(++this.#at)
    }
    return this.#at < this.#to
  }

  /** Reads one token; false where it is no use to go on. */
  #step (): boolean {
    const char = this.#text[this.#at] ?? ''
    switch (this.#expected) {
      case 'end':
        return this.#stop(char === ']' || char === '}' ? UNOPENED : 'something after the end')
      case 'colon': return char === ':' ? this.#go('value') : this.#stop('a name with no colon after it')
      case 'comma': return this.#separator(char)
      case 'name':
      case 'first name': return this.#name(char)
      default: return this.#value(char)
    }
  }

  #separator (char: string): boolean {
    if (char === ',') {
      const level = this.#level
      if (typeof level.key === 'number') level.key++
      return this.#go(level.names === undefined ? 'value' : 'name')
    }
    return this.#close(char) ?? this.#stop('a value with no comma before it')
  }

  #name (char: string): boolean {
    if (char === '}') return this.#closeEmpty('first name')
    const from = this.#at
    if (char === '"') {
      const end = this.#text_()
      if (end === undefined) return false
      return this.#named(from, this.#text.slice(from, end))
    }
    return this.#passed(char, 'a name without quotation marks') && this.#go('colon', 0)
  }

  #named (from: number, quoted: string): boolean {
    const level = this.#level
    let name = quoted.slice(1, -1)
    try {
      if (name.includes('\\')) name = JSON.parse(quoted) as string
    } catch {} // its fault is noted
    level.key = name
    if (level.names?.has(name) === true) this.#note('a member that was there before', from)
    level.names?.add(name)
    return this.#go('colon', 0)
  }

  #value (char: string): boolean {
    switch (char) {
      case '{': return this.#open({ names: new Set(), key: '' }, 'first name')
      case '[': return this.#open({ names: undefined, key: 0 }, 'first value')
      case '"': return this.#text_() !== undefined && this.#after()
      case ']':
      case '}': return this.#closeEmpty('first value')
      case ',':
        this.#note(NO_VALUE)
        return this.#after()
      default: return this.#passed(char) && this.#after()
    }
  }

  #open (level: Level, expected: Expected): boolean {
    this.#levels.push(level)
    return this.#levels.length > DEEPEST ? this.#stop(`more than ${DEEPEST} levels`) : this.#go(expected)
  }

  /** A closing bracket where something might have come: right only where nothing came before it. */
  #closeEmpty (first: Expected): boolean {
    if (this.#expected !== first) {
      const before = this.#before()
      if (this.#text[before] === ',') this.#note(TRAILING, before)
      else this.#note('a missing value')
    }
    return this.#close(this.#text[this.#at] ?? '') ?? this.#stop(UNOPENED)
  }

  #before (): number {
    let at = this.#at - 1
    while (at > 0 && /\s/.test(this.#text[at] ?? '')) at--
    return at
  }

  #close (char: string): boolean | undefined {
    const level = this.#levels.at(-1)
    if (level === undefined || char !== (level.names === undefined ? ']' : '}')) return undefined
    this.#levels.pop()
    this.#at++
    return this.#after()
  }

  #after (): boolean {
    return this.#go(this.#levels.length === 0 ? 'end' : 'comma', 0)
  }

  #go (expected: Expected, by = 1): boolean {
    this.#expected = expected
    this.#at += by
    return true
  }

  /** Passes over a text; where it has no end, undefined. */
  #text_ (): number | undefined {
    const text = this.#text
    for (let at = this.#at + 1; at < this.#to; at++) {
      const code = text.charCodeAt(at)
      if (code === 34) {
        this.#at = at + 1
        return this.#at
      }
      if (code < 32) this.#note('a line break or another control character within a text', at)
      if (code === 92 && !/["\\/bfnrtu]/.test(text[++at] ?? '')) this.#note('a backslash that escapes nothing', at - 1)
      else if (code === 92 && text[at] === 'u' && !/^[\da-f]{4}$/i.test(text.slice(at + 1, at + 5))) {
        this.#note('a backslash that escapes nothing', at - 1)
      }
    }
    this.#stop('a text whose closing quotation mark is missing')
    return undefined
  }

  /** Passes over a word or a number, which may be wrong; `what`: that it is in any case. */
  #passed (char: string, what?: string): boolean {
    const pattern = char === "'" ? SINGLY_QUOTED : WORD
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#text) ?? []
    if (char === "'") this.#note('a single quotation mark')
    else if (char === '/') return this.#stop('a comment')
    if (found === undefined) return this.#stop('a character that cannot stand there')
    if (char !== "'" && (what !== undefined || !isLiteral(found))) this.#note(what ?? wordFor(found))
    this.#at += found.length
    return true
  }

  /** Keeps the first fault, and goes on: whatever comes can still be told apart. */
  #note (what: string, at = this.#at): void {
    this.#first ??= this.#faultOf(what, at)
  }

  #stop (what: string): false {
    this.#first = { ...this.#first ?? this.#faultOf(what, this.#at), bounded: false }
    return false
  }

  #faultOf (what: string, at: number): Fault {
    const pointer = this.#levels.map(({ key }) => `/${pointerPart(String(key))}`).join('')
    return { at, what, pointer, bounded: true }
  }

  get #level (): Level {
    return this.#levels.at(-1) ?? { names: undefined, key: '' }
  }
}

const isLiteral = (word: string): boolean =>
  word === 'true' || word === 'false' || word === 'null' || NUMBER.test(word)

const wordFor = (word: string): string =>
  KNOWN_WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? 'a word without quotation marks'
