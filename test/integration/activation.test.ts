import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension', () => {
  it('activates and exports its interface', async () => {
    const extension = vscode.extensions.getExtension<{ readonly apiVersion: number }>('spanscope.spanscope');
    assert.ok(extension, 'the extension is not installed');
    const api = await extension.activate();
    assert.equal(api.apiVersion, 1);
  });
});
