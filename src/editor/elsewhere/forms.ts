import type { Endpoints } from '../../protocol/collector.ts';
import type { Place } from './places.ts';

/** A way for a program that runs elsewhere. */
export interface Form {
  readonly icon: string;
  /** Where the program runs. */
  readonly title: string;
  /** What to do. */
  readonly detail: string;
  /** What is copied for it. */
  readonly text: string;
  /** A setting that it needs. */
  readonly setting?: string;
}

export interface ElsewhereFacts {
  readonly place: Place;
  readonly endpoints: Endpoints;
  /** Of the machine where the receiver listens: `process.platform` and the host's name. */
  readonly platform: string;
  readonly hostName: string;
}

const fallbackPort = '4318';
const hostNameForm = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** What works for programs in containers and on other machines. The receiver listens on loopback alone, so each has to get there. */
export function formsFor({ place, endpoints, platform, hostName }: ElsewhereFacts): readonly Form[] {
  const port = portOf(endpoints), variable = (host: string): string => `OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:${port}`;
  const own = variable('127.0.0.1'), hasHostNetwork = place !== 'container' && (place !== 'here' || platform === 'linux');
  const name = hostNameForm.test(hostName) ? hostName : 'NAME';
  const forms: readonly (Form | false)[] = [
    place === 'container' && {
      icon: 'package', title: 'A container beside this one',
      detail: 'Share the network of this container. In the same compose file that is network_mode: service:NAME, with the name of its service.', text: `--network container:${name} -e ${own}`,
    },
    hasHostNetwork && {
      icon: 'package', title: 'A container on the same host',
      detail: 'Share the network of the host: the port is open on loopback alone. In a compose file that is network_mode: host.', text: `--network host -e ${own}`,
    },
    (place === 'here' || place === 'wsl') && {
      icon: 'package', title: 'A container of Docker Desktop',
      detail: 'This machine is host.docker.internal there. Allow that host name first.', text: `-e ${variable('host.docker.internal')}`,
      setting: 'spanscope.receiver.allowedHosts',
    },
    place === 'wsl' && { icon: 'window', title: 'A program of Windows', detail: 'Windows passes its own localhost on to WSL.', text: variable('localhost') },
    place === 'here' && platform === 'win32' && {
      icon: 'terminal-linux', title: 'A program in WSL', detail: 'Open its folder in WSL, or set networkingMode=mirrored in .wslconfig.', text: own,
    },
    place !== 'here' && place !== 'wsl' && {
      icon: 'device-desktop', title: 'A program on the machine in front of you', detail: `Forward port ${port} in the Ports view; programs there then send to it.`, text: own,
    },
    {
      icon: 'vm', title: 'A machine that you reach by SSH', detail: `As long as this connection is open, programs there are seen with ${own}.`, text: `ssh -R ${port}:127.0.0.1:${port} USER@MACHINE`,
    },
    {
      icon: 'file-code', title: 'Anywhere, without a port', detail: 'Write spans into a file that this window sees, open it as a trace, and follow it.', text: 'OTEL_TRACES_EXPORTER=console PROGRAM > spans.log',
    },
  ];
  return forms.filter((form) => form !== false);
}

const portOf = ({ http }: Endpoints): string => /:(\d+)$/.exec(http ?? '')?.[1] ?? fallbackPort;
