/** Longer ones nobody writes, and each character takes memory of the machine that an expression is made into. */
const MOST_CHARACTERS = 1000

export type Matcher = (text: string) => boolean

/**
 * A regular expression of somebody's dashboard, to be tried on texts that somebody else sent. RE2 takes time that is
 * proportional to the text, whatever the expression; JavaScript's own may take for ever (`^(a+)+$`). Undefined for one
 * that RE2 does not understand, which is one with a backreference or that looks around.
 */
export async function matcherOf (expression: string): Promise<Matcher | undefined> {
  if (expression.length > MOST_CHARACTERS) return undefined
  const { RE2JS, RE2JSException } = await import('re2js') // of use to few dashboards
  try {
    const pattern = RE2JS.compile(expression)
    return (text) => pattern.matcher(text).find()
  } catch (error) {
    if (error instanceof RE2JSException) return undefined
    throw error
  }
}
