/** Recorded paths that never reach a file system: family 8 of the threat model. */
export const refusedForms = [
  '\\\\server\\share\\x.py', '//server/share/x.py', '\\/server/share', '/\\server\\share', '////server/share', '\\\\?\\C:\\x.py', '\\\\.\\pipe\\x', '//?/C:/x.py', '//./COM1',
  '\\??\\C:\\x.py', '\\\\?\\UNC\\server\\share', '\\\\localhost\\c$\\x', '\\\\server@SSL@443\\share\\x', 'C:x.py', 'c:', 'C:..\\x.py', 'C:\\x\\file.txt:stream', 'C:\\x\\file.txt::$DATA', 'file.py:stream', '/a/b:c',
  'CON', 'nul', 'NUL.txt', 'C:\\x\\aux.py', '/app/com1.log', 'lpt9', 'COM¹', 'src/PRN', 'con .txt', 'CON. .', 'C:\\CONIN$', 'conout$',
  '/app/x.py\0', 'a\0b', '/app/\u0001', 'x\ny', '/app/\u007f.py',
  'http://evil.example/x.py', 'https://evil.example/x.py', 'vscode://x/y', 'command:workbench.action.quit', 'javascript:alert(1)', 'data:text/plain,x', 'node:internal/process', 'ssh://host/x',
  'vscode-remote://ssh/x', 'webpack:///src/x.ts', 'ftp:x', 'jar:file:/x', 'smb://server/x', 'untitled:x',
  'file://server/share/x.py', 'file://localhost/etc/passwd', 'file:////server/share', 'file:///%5C%5Cserver/share', 'file:///%2Fserver/share', 'file:///x%00.py', 'file:///C:x.py', 'file:x.py', 'file:///a%', 'FILE://SERVER/x',
  'file:///file:///x', 'file:///C:/x:stream', 'file:///app/NUL', 'file://///server/x',
  '/dev/zero', '/dev/tcp/evil/80', '/proc/self/fd/0', '/sys/kernel/x', '/../dev/zero', 'file:///dev/zero', '', 'x'.repeat(5000),
];
