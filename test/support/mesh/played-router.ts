/**
 * A router that opens ports on request by UPnP (Internet Gateway Device 2): it runs in the namespace of a router and
 * changes its forwarding. It is started with its inner and its outer address, and prints a line once it can be found.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const [inside = '', outside = ''] = process.argv.slice(2);
const device = 'urn:schemas-upnp-org:device:InternetGatewayDevice:2';
const connection = 'urn:schemas-upnp-org:service:WANIPConnection:2';
const packetFilter = 'iptables';
const name = 'uuid:6d696e64-6d65-7368-0000-000000000001';

const description = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
  <device>
    <deviceType>${device}</deviceType><UDN>${name}</UDN>
    <deviceList><device>
      <deviceType>urn:schemas-upnp-org:device:WANDevice:2</deviceType>
      <deviceList><device>
        <deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:2</deviceType>
        <serviceList><service>
          <serviceType>${connection}</serviceType>
          <controlURL>/control</controlURL><SCPDURL>/service.xml</SCPDURL>
        </service></serviceList>
      </device></deviceList>
    </device></deviceList>
  </device>
</root>`;

function responseTo(action: string, values: string): string {
  return `<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
  <u:${action}Response xmlns:u="${connection}">${values}</u:${action}Response>
</s:Body></s:Envelope>`;
}

function argument(body: string, argumentName: string): string {
  return new RegExp(`<${argumentName}>([^<]*)<`).exec(body)?.[1] ?? '';
}

/** Forwards the outer port to a machine inside from now on. */
function open(port: string, machine: string, portInside: string): void {
  const outsidePort = ['-i', 'out', '-p', 'tcp', '--dport', port];
  const to = ['-j', 'DNAT', '--to-destination', `${machine}:${portInside}`];
  execFileSync(packetFilter, ['-t', 'nat', '-A', 'PREROUTING', ...outsidePort, ...to]);
  const passed = ['-i', 'out', '-p', 'tcp', '-d', machine, '--dport', portInside];
  execFileSync(packetFilter, ['-I', 'FORWARD', ...passed, '-j', 'ACCEPT']);
}

async function control(request: IncomingMessage): Promise<string> {
  const action = /#(\w+)/.exec(String(request.headers['soapaction']))?.[1] ?? '';
  const body = await text(request);
  if (action === 'GetExternalIPAddress') {
    return responseTo(action, `<NewExternalIPAddress>${outside}</NewExternalIPAddress>`);
  }
  if (action === 'AddAnyPortMapping') {
    const port = argument(body, 'NewExternalPort');
    open(port, argument(body, 'NewInternalClient'), argument(body, 'NewInternalPort'));
    return responseTo(action, `<NewReservedPort>${port}</NewReservedPort>`);
  }
  return responseTo(action, '');
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === 'POST' ? await control(request) : description;
  response.setHeader('content-type', 'text/xml').end(body);
}

const server = createServer((request, response) => void respond(request, response));
server.listen(0, inside, () => {
  const { port } = server.address() as AddressInfo;
  const ears = createSocket({ type: 'udp4', reuseAddr: true });
  ears.on('message', (message, { address, port: from }) => {
    if (message.toString().startsWith('M-SEARCH') && message.includes(device)) {
      const lines = [
        'HTTP/1.1 200 OK',
        'CACHE-CONTROL: max-age=1800',
        'EXT:',
        `LOCATION: http://${inside}:${port}/device.xml`,
        'SERVER: Linux UPnP/1.1 played-router/1.0',
        `ST: ${device}`,
        `USN: ${name}::${device}`,
      ];
      ears.send(`${lines.join('\r\n')}\r\n\r\n`, from, address);
    }
  });
  ears.bind(1900, () => {
    ears.addMembership('239.255.255.250', inside);
    process.stdout.write('The router can be found\n');
  });
});
