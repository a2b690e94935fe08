/** Numbers, dates and lists as the locale writes them. */
export class Format {
  private readonly numbers: Intl.NumberFormat;
  private readonly times: Intl.DateTimeFormat;
  private readonly durations: Intl.NumberFormat;
  private readonly lists: Intl.ListFormat;
  readonly collator: Intl.Collator;

  constructor(readonly locale: string) {
    this.numbers = new Intl.NumberFormat(locale);
    this.times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
    this.durations = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', maximumFractionDigits: 1 });
    this.lists = new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' });
    this.collator = new Intl.Collator(locale, { numeric: true });
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  /** A time of the API, in the person's own time zone. */
  time(rfc3339: string): string {
    return this.times.format(new Date(rfc3339));
  }

  seconds(milliseconds: number): string {
    return this.durations.format(milliseconds / 1_000);
  }

  list(items: string[]): string {
    return this.lists.format(items);
  }
}
