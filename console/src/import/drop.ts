import type { View } from '../view.js';

/** Takes files that are dropped onto a part of a view. */
export class Drop {
  /** Whether files are held over it. */
  isOver = false;

  constructor(
    private readonly view: View,
    private readonly take: (files: File[]) => void,
  ) {}

  readonly over = (event: DragEvent): void => {
    const { dataTransfer } = event;
    if (!dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    dataTransfer.dropEffect = 'copy';
    this.set(true);
  };

  readonly leave = (event: DragEvent): void => {
    if (!(event.currentTarget as Node).contains(event.relatedTarget as Node | null)) this.set(false);
  };

  readonly drop = (event: DragEvent): void => {
    if (!this.isOver) return;
    event.preventDefault();
    this.set(false);
    this.take([...(event.dataTransfer?.files ?? [])]);
  };

  private set(isOver: boolean): void {
    if (this.isOver === isOver) return;
    this.isOver = isOver;
    this.view.requestUpdate();
  }
}
