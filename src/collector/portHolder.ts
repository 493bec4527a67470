import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:http2';
import path from 'node:path';
import process from 'node:process';
import type { PortProblem } from '../protocol/collector.ts';
import { isInUse, loopbackAddresses } from './receivers/loopback.ts';
import type { PortName } from './receivers/receiver.ts';

type Holder = Pick<PortProblem, 'holder' | 'description'>;

const askWithinMs = 500;
const lookWithinMs = 1500;
const longestIdentity = 4096;

/**
 * Who seems to hold a port: another window of ours, when it says so, or a stranger with the name and id of its process
 * where the system tells. Never takes longer than 2 s and never fails. Nothing but a question is sent to the holder.
 */
export async function describeHolder(name: PortName, port: number, error: unknown): Promise<Holder> {
  if (!isInUse(error)) return { holder: 'stranger', description: 'The system' };
  const ask = name === 'http' ? askOverHttp : askOverHttp2;
  const answers = await Promise.all(loopbackAddresses.map((address) => inTime(ask(address, port), askWithinMs)));
  const window = answers.find((answer) => answer?.['service'] === 'spanscope');
  if (window !== undefined) return { holder: 'spanscope', ...(typeof window['pid'] === 'number' ? { description: `process ${window['pid']}` } : {}) };
  const description = await inTime(processAt(port), lookWithinMs);
  return { holder: 'stranger', ...(description === undefined ? {} : { description }) };
}

/** Undefined when it fails or takes too long. */
async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), withinMs); });
  const outcome = await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
  return outcome;
}

type Identity = Readonly<Record<string, unknown>>;

function askOverHttp(address: string, port: number): Promise<Identity | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, path: '/', agent: false, timeout: askWithinMs }, (response) => {
      resolve(identityIn(response));
      response.once('close', () => sent.destroy());
    });
    sent.once('error', reject).once('timeout', () => sent.destroy());
    sent.end();
    setTimeout(() => sent.destroy(), askWithinMs).unref();
  });
}

async function askOverHttp2(address: string, port: number): Promise<Identity | undefined> {
  const session = connect(`http://${address.includes(':') ? `[${address}]` : address}:${port}`);
  setTimeout(() => session.destroy(), askWithinMs).unref();
  try {
    return await new Promise((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({ ':path': '/' }).once('error', reject).once('close', () => resolve(undefined));
      resolve(identityIn(stream));
    });
  } finally {
    session.destroy();
  }
}

async function identityIn(body: AsyncIterable<Buffer>): Promise<Identity | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > longestIdentity) return undefined;
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
  return typeof value === 'object' && value !== null ? (value as Identity) : undefined;
}

/** Name and id of the process that listens at a port, by what the system offers. */
async function processAt(port: number): Promise<string | undefined> {
  if (process.platform === 'linux') return processOnLinux(port);
  if (process.platform === 'win32') return processOnWindows(port);
  return nameInLsof(await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']));
}

function run(file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { timeout: lookWithinMs, windowsHide: true, maxBuffer: 4 * 1024 * 1024 }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
  });
}

const describe = (name: string, pid: number): string => `${name} (process ${pid})`;

async function processOnLinux(port: number): Promise<string | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')));
  const links = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (links.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))) {
    // Processes of others cannot be looked into.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    if (targets.some((target) => links.has(target))) return describe(programName(await readFile(`/proc/${pid}/cmdline`, 'utf8')), Number(pid));
  }
  return undefined;
}

/**
 * The name by which people know a process, from its command line (arguments with NUL between them): the program, and for
 * an interpreter the script that it runs. Other arguments may hold secrets and are left out.
 */
export function programName(commandLine: string): string {
  const [program = '', ...rest] = commandLine.split('\0');
  const name = path.basename(program);
  if (!/^(?:node|deno|bun|python[\d.]*|ruby|java|perl)$/.test(name)) return name;
  const script = rest.find((argument, index) => /\.(?:[cm]?[jt]s|py|rb|jar|pl)$/.test(argument) && !loadsFirst.has(rest[index - 1] ?? ''));
  return script === undefined ? name : `${name} ${path.basename(script)}`;
}

/** Options whose value is a file that an interpreter loads before the script. */
const loadsFirst: ReadonlySet<string> = new Set(['-r', '--require', '--import', '--loader', '--experimental-loader', '-cp', '-classpath']);

/** Inodes of the sockets that listen at a port, in a table of /proc/net/tcp or tcp6 (proc(5)). */
export function listeningInodes(table: string, port: number): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(ending))
    .map((fields) => fields[9] ?? '')
    .filter((inode) => inode !== '');
}

/** The first process in the output of `lsof -Fpc`: lines `p` with its id and `c` with its name. */
export function nameInLsof(output: string): string | undefined {
  const lines = output.split('\n');
  const pid = Number(lines.find((line) => line.startsWith('p'))?.slice(1));
  const name = lines.find((line) => line.startsWith('c'))?.slice(1);
  return name !== undefined && pid > 0 ? describe(name, pid) : undefined;
}

async function processOnWindows(port: number): Promise<string | undefined> {
  const system = path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const pid = pidInNetstat(await run(path.join(system, 'netstat.exe'), ['-ano', '-p', 'TCP']), port)
    ?? pidInNetstat(await run(path.join(system, 'netstat.exe'), ['-ano', '-p', 'TCPv6']), port);
  if (pid === undefined) return undefined;
  const list = await run(path.join(system, 'tasklist.exe'), ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
  const name = /^"([^"]+)"/.exec(list.trim())?.[1];
  return name === undefined ? undefined : describe(name, pid);
}

/** The process that listens at a port in the output of `netstat -ano`; its words for LISTENING are translated, so it is known by its empty remote end. */
export function pidInNetstat(output: string, port: number): number | undefined {
  for (const line of output.split('\n')) {
    const [protocol, local, remote, , pid] = line.trim().split(/\s+/);
    if (protocol === 'TCP' && local?.endsWith(`:${port}`) && (remote === '0.0.0.0:0' || remote === '[::]:0')) return Number(pid);
  }
  return undefined;
}
