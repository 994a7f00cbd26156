import { fold } from '../../domain/fold.ts'
import { keyOf } from '../../files/table.ts'
import type { MappingContext } from '../context.ts'

/** What systems call channels, beside the aliases of the catalogue; folded. */
const USUAL: Record<string, string> = {
  web: 'web form|webform|online form|self service|selfservice|portal|customer portal|my account|internet|mobile app|' +
    'e form|eform',
  'telephone-agent': 'call|phone call|telephone call|tel|inbound call|voice|customer services|csc',
  'telephone-automated': 'automated phone',
  'face-to-face': 'one stop shop|oss|visit|walk in|f2f|customer service centre|reception',
  paper: 'letters|mail|fax',
  email: 'e mail|emails',
  webchat: 'web chat|live chat',
  sms: 'text message',
  social: 'social media|x|whatsapp'
}
const SLUG_OF = new Map(Object.entries(USUAL).flatMap(([slug, names]) => names.split('|').map((name) => [name, slug])))

/** The channel that a word means, by the source's and the catalogue's own words and aliases, or by usage. */
export function channelMeant (text: string, { directory, source }: MappingContext): string | undefined {
  if (text.length > 60) return undefined
  const own = Object.keys(source.channels).find((alias) => keyOf(alias) === keyOf(text))
  if (own !== undefined) return source.channels[own]
  const name = fold(text)
  const found = directory.channels.find(({ slug, label, aliases }) =>
    fold(slug) === name || fold(label) === name || aliases.some((alias) => fold(alias) === name))
  const usual = SLUG_OF.get(name)
  return found?.slug ?? directory.channels.find(({ slug }) => slug === usual)?.slug
}
