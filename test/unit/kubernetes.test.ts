import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { VARIABLES } from '../../src/config.ts'
import { KUBERNETES, manifests, podOf, typeErrors, validate, type Manifest, type PodSpec } from '../support/kubernetes.ts'
import { againstRestricted } from '../support/pod-security.ts'

const ROOT = join(KUBERNETES, '../..')
/** Beside STOP_SECONDS: for the database to be closed, as src/start.ts has it. */
const CLOSE_SECONDS = 30
const all = manifests()
const pods = all.flatMap((manifest) => {
  const pod = podOf(manifest)
  return pod === undefined ? [] : [{ manifest, pod }]
})
const one = (kind: string): Manifest => all.find((manifest) => manifest.kind === kind) as Manifest
const deployment = one('Deployment')
const service = podOf(deployment) as PodSpec

t.test('every manifest is what Kubernetes takes, with no field that it does not know', async (t) => {
  t.same(typeErrors(all), [])
  for (const manifest of all) await t.resolves(validate(manifest), manifest.file)
  const misspelt = structuredClone(deployment)
  misspelt.spec.template.spec.containers[0].readinesProbe = {}
  t.match(typeErrors([misspelt])[0], /readinesProbe/, 'a misspelt field would be found')
})

t.test('every pod is let into a namespace of Pod Security "restricted"', async (t) => {
  t.match(one('Namespace').metadata.labels, { 'pod-security.kubernetes.io/enforce': 'restricted' })
  t.ok(pods.length >= 3)
  for (const { manifest, pod } of pods) {
    t.same(againstRestricted(pod), [], manifest.file)
    t.equal(pod['automountServiceAccountToken'], false, `${manifest.file} has no token of the cluster`)
    for (const container of pod.containers) t.ok(container.securityContext?.['readOnlyRootFilesystem'], container.name)
  }
  const bad: PodSpec = {
    hostNetwork: true,
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
    containers: [{ name: 'bad', env: [], volumeMounts: [], securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }]
  }
  t.same(againstRestricted(bad), [
    'shares namespaces of its host',
    'volume host is none that is allowed',
    'bad may gain privileges',
    'bad may run as root',
    'bad has no seccomp profile',
    'bad keeps capabilities',
    'bad adds capabilities'
  ])
})

t.test('a pod is ended after its service is, and waits for no longer than that', async (t) => {
  const [container] = service.containers
  const preStop = (container?.['lifecycle'] as { preStop: { sleep: { seconds: number } } }).preStop.sleep.seconds
  const needed = preStop + Number(VARIABLES.stopSeconds.fallback) + CLOSE_SECONDS
  t.ok(Number(service.terminationGracePeriodSeconds) > needed)
  t.match(readFileSync(join(ROOT, 'src/start.ts'), 'utf8'), new RegExp(`CLOSE_SECONDS = ${CLOSE_SECONDS}\\b`))
})

t.test('names agree: probes, ports, selectors, secrets, variables, commands', async (t) => {
  const [container] = service.containers
  const ports = container?.ports?.map(({ name }) => name) ?? []
  for (const probe of ['startupProbe', 'livenessProbe']) {
    t.match(container?.[probe], { httpGet: { path: '/livez', port: 'http' } })
  }
  t.match(container?.['readinessProbe'], { httpGet: { path: '/readyz', port: 'http' } })
  for (const { targetPort } of one('Service').spec.ports) t.ok(ports.includes(targetPort), targetPort)
  const labels = deployment.spec.template.metadata.labels
  t.same(deployment.spec.selector.matchLabels, labels)
  t.same(one('Service').spec.selector, labels)
  t.same(one('PodDisruptionBudget').spec.selector.matchLabels, labels)
  t.match(labels, one('NetworkPolicy').spec.podSelector.matchLabels)
  for (const { manifest, pod } of pods) checkPod(t, manifest, pod)
})

function checkPod (t: Test, { file }: Manifest, pod: PodSpec): void {
  for (const { env, command = [], volumeMounts } of pod.containers) {
    for (const { name, value } of env) {
      const known = Object.values(VARIABLES).some((variable) => name.replace(/_FILE$/, '') === variable.name)
      t.ok(known || name.startsWith('PG'), `${file}: ${name}`) // PG: of libpq
      if (!name.endsWith('_FILE')) continue
      const mount = volumeMounts.find(({ mountPath }) => dirname(value) === mountPath)
      const volume = pod.volumes?.find(({ name }) => name === mount?.name) as { secret: { secretName: string } }
      const secret = all.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === volume.secret.secretName)
      t.ok(secret?.stringData?.[value.slice(dirname(value).length + 1)], `${file}: ${value} is of an example secret`)
    }
    const program = command.find((argument) => argument.endsWith('.ts'))
    if (program !== undefined) t.ok(existsSync(join(ROOT, program)), `${file}: ${program}`)
  }
}

t.test('kustomize finds what it puts together, and the image has one name', async (t) => {
  const files = readdirSync(KUBERNETES, { recursive: true }).map(String)
    .filter((file) => file.endsWith('kustomization.yaml'))
  t.equal(files.length, 3)
  for (const file of files) {
    const { resources = [], components = [] } = parse(readFileSync(join(KUBERNETES, file), 'utf8')) as
      Record<string, string[]>
    for (const path of [...resources, ...components]) t.ok(existsSync(join(KUBERNETES, dirname(file), path)), path)
  }
  const { images } = parse(readFileSync(join(KUBERNETES, 'image/kustomization.yaml'), 'utf8')) as
    { images: { name: string }[] }
  for (const { manifest: { file }, pod } of pods) {
    if (!file.startsWith('examples/')) t.equal(pod.containers[0]?.['image'], images[0]?.name, file)
  }
})
