import type { Attribute } from '../catalogue/attribute-directory.ts'
import { UNKNOWN } from '../catalogue/directory.ts'

/** The id of "not given". */
export const NOT_GIVEN = 0

/**
 * Numbers the values of an attribute for one question, so that they are told apart as channels and outcomes are. A
 * declared word `unknown` is "not given" too.
 */
export class AttributeValues {
  readonly #isNumber: boolean
  readonly #names: string[] = [UNKNOWN]
  readonly #ids = new Map([[UNKNOWN, NOT_GIVEN]])
  readonly #declared: number[]

  constructor ({ type, words, ended }: Pick<Attribute, 'type' | 'words' | 'ended'>) {
    this.#isNumber = type === 'integer'
    this.#declared = (type === 'boolean' ? ['true', 'false'] : [...words, ...ended]).map((word) => this.idOf(word))
  }

  idOf (value: string): number {
    const known = this.#ids.get(value)
    if (known !== undefined) return known
    const id = this.#names.push(value) - 1
    this.#ids.set(value, id)
    return id
  }

  nameOf (id: number): string {
    return this.#names[id] ?? UNKNOWN
  }

  /** Every id that there may be, "not given" last; undefined where they cannot be listed. */
  get all (): number[] | undefined {
    return this.#isNumber ? undefined : [...new Set([...this.#declared, NOT_GIVEN])].sort(this.compare)
  }

  /** Words in the order in which they are declared, numbers by size, what is not given last. */
  readonly compare = (a: number, b: number): number => {
    if (a === b) return 0
    if (a === NOT_GIVEN) return 1
    if (b === NOT_GIVEN) return -1
    return this.#isNumber ? Number(this.nameOf(a)) - Number(this.nameOf(b)) : a - b
  }
}
