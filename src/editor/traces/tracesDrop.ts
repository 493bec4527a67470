import * as vscode from 'vscode';
import type { TracesNode } from './tracesTree.ts';

const listType = 'text/uri-list', filesType = 'files';

/** What was dropped on the Traces view: files of this machine by address, others by what is in them. */
export interface Dropped {
  openUris(uris: readonly vscode.Uri[]): Promise<void>;
  openBytes(name: string, bytes: Uint8Array): Promise<void>;
}

/** Takes files that are dropped on the Traces view. */
export class TracesDrop implements vscode.TreeDragAndDropController<TracesNode> {
  readonly dropMimeTypes = [listType, filesType];
  readonly dragMimeTypes = [];
  /** Set when everything is built. */
  onDrop: Dropped | undefined;

  async handleDrop(_target: TracesNode | undefined, data: vscode.DataTransfer): Promise<void> {
    const list = (await data.get(listType)?.asString() ?? '').split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
    if (list.length > 0) return this.onDrop?.openUris(list.map((line) => vscode.Uri.parse(line, true)));
    for (const [, item] of data) {
      const file = item.asFile();
      if (file?.uri !== undefined) await this.onDrop?.openUris([file.uri]);
      else if (file !== undefined) await this.onDrop?.openBytes(file.name, await file.data());
    }
  }
}
