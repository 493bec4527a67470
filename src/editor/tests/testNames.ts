/** The names in the name of a test, outermost first: pytest puts `::` between them, the others are told with ` > `. */
export function namesIn(name: string): readonly string[] {
  return name.split(/::| > /);
}
