import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'
import { parseAllDocuments } from 'yaml'

export const KUBERNETES = join(import.meta.dirname, '../../deploy/kubernetes')

export interface Container {
  name: string
  command?: string[]
  env: { name: string, value: string }[]
  ports?: { name: string, containerPort: number }[]
  volumeMounts: { name: string, mountPath: string }[]
  securityContext?: Record<string, unknown>
  [probe: string]: unknown
}

export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  volumes?: Record<string, unknown>[]
  securityContext?: Record<string, unknown>
  terminationGracePeriodSeconds?: number
  [field: string]: unknown
}

export interface Manifest {
  file: string
  apiVersion: string
  kind: string
  metadata: { name: string, labels?: Record<string, string> }
  spec?: any
  stringData?: Record<string, string>
}

/** Every object of Kubernetes in the folder; what tells kustomize how to put them together is none. */
export function manifests (): Manifest[] {
  const files = readdirSync(KUBERNETES, { recursive: true }).map(String)
    .filter((file) => file.endsWith('.yaml') && basename(file) !== 'kustomization.yaml')
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(KUBERNETES, file), 'utf8'))
      .map((document) => ({ file, ...document.toJS() as Omit<Manifest, 'file'> }))
  )
}

export function podOf ({ kind, spec }: Manifest): PodSpec | undefined {
  if (kind === 'CronJob') return spec.jobTemplate.spec.template.spec
  return spec?.template?.spec
}

/**
 * What Kubernetes' own types say against the manifests, as a compiler sees it: a literal of a type may have no field
 * that the type has not, so that a misspelt one is found, as the strict validation of an API server would find it.
 */
export function typeErrors (manifests: Manifest[]): string[] {
  const source = manifests.map(({ file: _, ...manifest }, i) =>
    `export const m${i}: import('${moduleOf(manifest.apiVersion)}').I${manifest.kind} = ${JSON.stringify(manifest)}`
  ).join('\n')
  const name = join(KUBERNETES, 'manifests.ts')
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext
  }
  const host = ts.createCompilerHost(options)
  const [exists, read, get] = [host.fileExists.bind(host), host.readFile.bind(host), host.getSourceFile.bind(host)]
  host.fileExists = (path) => path === name || exists(path)
  host.readFile = (path) => path === name ? source : read(path)
  host.getSourceFile = (path, ...more) =>
    path === name ? ts.createSourceFile(path, source, ts.ScriptTarget.ESNext) : get(path, ...more)
  return ts.getPreEmitDiagnostics(ts.createProgram([name], options, host)).map(({ file, start = 0, messageText }) => {
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0
    return `${manifests[line]?.file ?? name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

/** The schema of a kind checks what types cannot: formats, bounds. Throws for a manifest that does not fit. */
export async function validate ({ file: _, ...manifest }: Manifest): Promise<void> {
  const models = await import(moduleOf(manifest.apiVersion)) as
    Record<string, new (data: object) => { validate: () => void }>
  const Model = models[manifest.kind]
  if (Model === undefined) throw new Error(`there is no ${manifest.kind} in ${manifest.apiVersion}`)
  new Model(manifest).validate()
}

const moduleOf = (apiVersion: string): string =>
  apiVersion.startsWith('monitoring.coreos.com/')
    ? `@kubernetes-models/prometheus-operator/${apiVersion}`
    : `kubernetes-models/${apiVersion}`
