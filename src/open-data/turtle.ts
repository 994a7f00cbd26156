import { promisify } from 'node:util'
import type { NamedNode, BlankNode, Literal, Writer } from 'n3'
import { PREFIXES, type Node, type Value } from './rdf.ts'

/** The library costs some 40 ms, which nobody pays who never asks for Turtle. */
const library = async () => await import('n3')
type Library = Awaited<ReturnType<typeof library>>

/** A graph as Turtle; the same graph as `toJsonLd` makes of it. */
export async function toTurtle (nodes: readonly Node[]): Promise<string> {
  const n3 = await library()
  const writer = new n3.Writer({ prefixes: PREFIXES })
  const graph = new Graph(n3, writer)
  for (const node of nodes) graph.add(node)
  return await promisify<string>((done) => {
    writer.end(done)
  })()
}

class Graph {
  readonly #terms: Library['DataFactory']
  readonly #writer: Writer
  #blanks = 0

  constructor ({ DataFactory }: Library, writer: Writer) {
    this.#terms = DataFactory
    this.#writer = writer
  }

  /**
   * Writes a node; blank if it has no `@id`, by its number in this graph, so that equal graphs are equal texts. What it
   * names is written before it: a statement cannot hold another.
   */
  add (node: Node): NamedNode | BlankNode {
    const { '@id': id, '@type': types = [], ...properties } = node
    const subject = typeof id === 'string' ? this.#terms.namedNode(id) : this.#terms.blankNode(`b${this.#blanks++}`)
    const typed = [types].flat().map((type) => [this.#named('rdf:type'), this.#named(type as string)] as const)
    const told = Object.entries(properties).flatMap(([name, values = []]) =>
      [values].flat().map((value) => [this.#named(name), this.#term(value)] as const))
    for (const [predicate, object] of [...typed, ...told]) this.#writer.addQuad(subject, predicate, object)
    return subject
  }

  #term (value: Value): NamedNode | BlankNode | Literal {
    const terms = this.#terms
    if (typeof value === 'string' || typeof value === 'number') return terms.literal(value)
    const { '@value': text, '@language': language, '@type': type, '@id': id } = value
    if (typeof text === 'string') {
      return terms.literal(text, typeof language === 'string' ? language : this.#named(type as string))
    }
    return typeof id === 'string' && Object.keys(value).length === 1 ? terms.namedNode(id) : this.add(value)
  }

  #named (name: string): NamedNode {
    const [prefix = '', local = ''] = name.split(':')
    return this.#terms.namedNode(`${PREFIXES[prefix as keyof typeof PREFIXES]}${local}`)
  }
}
