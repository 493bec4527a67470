import { describe, expect, it } from 'vitest';
import { innermostFirst, parseStack } from '../../../src/source/stackFrames.ts';

describe('frames of a stack trace', () => {
  it('are read from Python, with chained exceptions and marks under lines', () => {
    const text = `Traceback (most recent call last):
  File "/app/agent/run.py", line 12, in <module>
    main()
  File "/app/agent/tools.py", line 71, in search
    raise ValueError("File not found")
          ^^^^^^^^^^^^^^^^^
ValueError: no such tool

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "C:\\app\\x.py", line 3, in f
RuntimeError: x`;
    const frames = parseStack(text);
    expect(frames).toEqual([
      { textLine: 1, path: '/app/agent/run.py', line: 12, functionName: '<module>' }, { textLine: 3, path: '/app/agent/tools.py', line: 71, functionName: 'search' },
      { textLine: 11, path: 'C:\\app\\x.py', line: 3, functionName: 'f' },
    ]);
    expect(innermostFirst(text, frames)[0]?.line).toBe(3);
  });

  it('are read from JavaScript of every engine', () => {
    const text = `TypeError: bad (1:2)
    at search (/app/src/tools.js:7:11)
    at async Agent.run (file:///app/src/agent.mjs:20:5)
    at /app/src/anonymous.js:1:2
    at new Tool (C:\\app\\tool.js:3:4)
    at Object.<anonymous> (/home/a (b)/x.js:5:6)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async Promise.all (index 0)
    at <anonymous>
search@http://localhost/app.js:9:10
run@/app/safari.js:11:12`;
    expect(parseStack(text)).toEqual([
      { textLine: 1, path: '/app/src/tools.js', line: 7, column: 11, functionName: 'search' }, { textLine: 2, path: 'file:///app/src/agent.mjs', line: 20, column: 5, functionName: 'Agent.run' },
      { textLine: 3, path: '/app/src/anonymous.js', line: 1, column: 2 }, { textLine: 4, path: 'C:\\app\\tool.js', line: 3, column: 4, functionName: 'new Tool' },
      { textLine: 5, path: '/home/a (b)/x.js', line: 5, column: 6, functionName: 'Object.<anonymous>' },
      { textLine: 6, path: 'node:internal/process/task_queues', line: 105, column: 5, functionName: 'process.processTicksAndRejections' },
      { textLine: 9, path: 'http://localhost/app.js', line: 9, column: 10, functionName: 'search' }, { textLine: 10, path: '/app/safari.js', line: 11, column: 12, functionName: 'run' },
    ]);
  });

  it('are read from Java and Kotlin, with the folders of the package', () => {
    const text = `java.lang.IllegalStateException: no
\tat com.example.agent.Tools.search(Tools.java:33)
\tat app//com.example.Main$Inner.run(Main.java:9)
\tat com.example.MainKt.main(Main.kt)
\tat java.base/java.lang.Thread.run(Thread.java:1583)
\tat sun.reflect.Native.invoke(Native Method)
Caused by: java.io.IOException
\t... 3 more`;
    expect(parseStack(text)).toEqual([
      { textLine: 1, path: 'com/example/agent/Tools.java', line: 33, functionName: 'com.example.agent.Tools.search' },
      { textLine: 2, path: 'com/example/Main.java', line: 9, functionName: 'com.example.Main$Inner.run' },
      { textLine: 4, path: 'java/lang/Thread.java', line: 1583, functionName: 'java.lang.Thread.run' },
    ]);
  });

  it('are read from Go', () => {
    const text = 'goroutine 1 [running]:\nmain.(*Agent).Run(0xc000012345, {0x1, 0x2})\n\t/src/agent/run.go:42 +0x1d\nmain.main()\n\t/src/main.go:7 +0x20\ncreated by main.start in goroutine 1\n\t/src/start.go:3';
    expect(parseStack(text)).toEqual([
      { textLine: 2, path: '/src/agent/run.go', line: 42, functionName: 'main.(*Agent).Run' }, { textLine: 4, path: '/src/main.go', line: 7, functionName: 'main.main' },
      { textLine: 6, path: '/src/start.go', line: 3 },
    ]);
  });

  it('are read from C#, also where the word for line is another', () => {
    const text = 'System.InvalidOperationException: no\r\n   at Agent.Tools.Search(String text) in C:\\src\\Tools.cs:line 12\r\n   at Agent.Program.Main() in /src/Program.cs:Zeile 7\r\n   at System.Threading.Task.Run()';
    expect(parseStack(text)).toEqual([
      { textLine: 1, path: 'C:\\src\\Tools.cs', line: 12, functionName: 'Agent.Tools.Search' }, { textLine: 2, path: '/src/Program.cs', line: 7, functionName: 'Agent.Program.Main' },
    ]);
  });

  it.each(['-1', '0', '1000000000000000000', 'x', '1.5', '', '1e3'])('with line %s are no frames', (line) => {
    expect(parseStack(`  File "/app/x.py", line ${line}, in f\n    at f (/app/x.js:${line}:${line})\n   at F() in /app/x.cs:line ${line}`)).toEqual([]);
  });

  it('are looked for in time that grows with the length alone', () => {
    const hostile = ['(', ':', '@', ' in ', 'at ', '.', '/', '"', ') in ', ':line ', 'File "', '$', ' +0x'].flatMap((piece) => [
      piece.repeat(Math.floor(100_000 / piece.length)), `at ${piece.repeat(4000 / piece.length)}`, `${piece.repeat(1300)}\n`.repeat(50),
    ]);
    for (const text of hostile) expect(parseStack(text).length).toBeLessThanOrEqual(1000);
    expect(parseStack(`  File "/app/x.py", line 1, in f\n`.repeat(5000))).toHaveLength(1000);
    expect(parseStack(`${' '.repeat(5000)}File "/app/x.py", line 1, in f`)).toEqual([]);
  });
});
