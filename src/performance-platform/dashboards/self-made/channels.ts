import type { Channel, DataSet, Directory } from '../../../catalogue/directory.ts'

const NUMERATOR = new Set(['digital', 'digital-passive'])
const DENOMINATOR = new Set([...NUMERATOR, 'non-digital'])
const NOTHING = '^(?!)'

/** Which of the values of a data set's `channel` stand for which channels of the vocabulary. */
export class ChannelNames {
  readonly #byName: Map<string, Channel[]>

  /** `set`: where the address is configured, its own labels (a view of typed data) or the names its senders use. */
  constructor ({ channels }: Directory, set?: DataSet) {
    const labels = set?.labels
    const namesOf = ({ slug, aliases }: Channel): string[] =>
      set === undefined ? [slug] : labels ? [labels[slug] ?? slug] : [slug, ...aliases]
    this.#byName = new Map()
    for (const channel of channels) {
      for (const name of new Set(namesOf(channel))) this.#byName.set(name, [...this.#byName.get(name) ?? [], channel])
    }
  }

  label (name: string): string {
    const [channel, another] = this.#byName.get(name) ?? []
    return channel === undefined || another !== undefined || name !== channel.slug ? name : channel.label
  }

  /**
   * Regular expressions for digital take-up: digital channels, direct debit included, over them and the non-digital
   * ones. What was not recorded, and what no resident began, is outside both. Undefined if none of the values seen
   * counts.
   */
  takeUp (seen: string[]): { numerator: string, denominator: string } | undefined {
    const within = (classes: Set<string>): string[] =>
      [...this.#byName]
        .flatMap(([name, channels]) => channels.every((one) => classes.has(one.digital_class)) ? [name] : [])
    const denominator = within(DENOMINATOR)
    return seen.some((name) => denominator.includes(name))
      ? { numerator: oneOf(within(NUMERATOR)), denominator: oneOf(denominator) }
      : undefined
  }
}

const escape = (name: string): string => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const oneOf = (names: string[]): string => names.length === 0 ? NOTHING : `^(${names.map(escape).join('|')})$`
