import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import jsonld from 'jsonld'
import { Parser, Store, Writer } from 'n3'
import SHACLValidator from 'rdf-validate-shacl'

const SHAPES = join(import.meta.dirname, '../fixtures/dcat-ap')

export const readTurtle = (text: string): Store => new Store(new Parser().parse(text))

/** As anybody reads it: by a library, not by what wrote it. */
export async function readJsonLd (document: object): Promise<Store> {
  const quads = await jsonld.toRDF(document, { format: 'application/n-quads' })
  return new Store(new Parser({ format: 'N-Quads' }).parse(quads as unknown as string))
}

// Its types know of documents alone.
const canonize = jsonld.canonize as unknown as (text: string, options: object) => Promise<string>

/** The graph as one text, whatever blank nodes are called in it and however it was written. */
export async function canonical (graph: Store): Promise<string> {
  const text = new Writer({ format: 'N-Quads' }).quadsToString(graph.getQuads(null, null, null, null))
  return await canonize(text, {
    algorithm: 'URDNA2015', inputFormat: 'application/n-quads', format: 'application/n-quads'
  })
}

/** What of a graph breaks the shapes of DCAT-AP: path and node of each violation. */
export async function violations (graph: Store): Promise<string[]> {
  const folders = [SHAPES, process.env['DCAT_AP_SHAPES'] ?? ''].filter((folder) => folder !== '')
  const files = folders.flatMap((folder) =>
    readdirSync(folder).filter((name) => name.endsWith('.ttl')).map((name) => join(folder, name)))
  const found: string[] = []
  for (const file of files) {
    // Of ontologies that a file imports nothing is needed: each node says its class itself.
    const validator = new SHACLValidator(readTurtle(readFileSync(file, 'utf8')), {
      importGraph: async () => await Promise.resolve(new Store())
    })
    const report = await validator.validate(graph)
    for (const { path, focusNode, message, severity } of report.results) {
      if (!severity.value.endsWith('#Violation')) continue // what is recommended is in our own shapes
      const why = message.map(({ value }) => value).join(' ')
      found.push(`${path.value} of ${focusNode.value}: ${why}`)
    }
  }
  return found
}
