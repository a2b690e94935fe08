/** A skill's range, as the catalog and Flex have it. */
export function levels(
  skill: { levels: boolean; min?: number; max?: number },
  number: (value: number) => string,
  none: string,
): string {
  return skill.levels ? `${number(skill.min ?? 0)}–${number(skill.max ?? 0)}` : none;
}
