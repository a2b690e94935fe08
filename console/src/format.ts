/** Numbers, dates and lists as the locale writes them. Each is made when it is first needed: that takes milliseconds. */
export class Format {
  private readonly numbers = once(() => new Intl.NumberFormat(this.locale));
  private readonly times = once(
    () => new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'short' }),
  );
  private readonly zonedTimes = once(
    () =>
      new Intl.DateTimeFormat(this.locale, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        timeZoneName: 'short',
      }),
  );
  private readonly durations = once(
    () => new Intl.NumberFormat(this.locale, { style: 'unit', unit: 'second', maximumFractionDigits: 1 }),
  );
  private readonly lists = once(() => new Intl.ListFormat(this.locale, { type: 'conjunction', style: 'narrow' }));
  private readonly collators = once(() => new Intl.Collator(this.locale, { numeric: true }));

  constructor(readonly locale: string) {}

  get collator(): Intl.Collator {
    return this.collators();
  }

  number(value: number): string {
    return this.numbers().format(value);
  }

  /** A count of the API; a dash where nothing has been counted yet. */
  count(value: number | null): string {
    return value === null ? '–' : this.number(value);
  }

  /** A time of the API, in the person's own time zone. */
  time(rfc3339: string): string {
    return this.times().format(new Date(rfc3339));
  }

  /** A time of the API with the time zone that it is shown in. */
  zonedTime(rfc3339: string): string {
    return this.zonedTimes().format(new Date(rfc3339));
  }

  seconds(milliseconds: number): string {
    return this.durations().format(milliseconds / 1_000);
  }

  list(items: string[]): string {
    return this.lists().format(items);
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
