/**
 * The common formats of strings as regular expressions. Each allows only valid values, but some not all valid values
 * (an IPv6 address must have all eight groups).
 */

const month31 = '(?:0[13578]|1[02])';
const month30 = '(?:0[469]|11)';
const day28 = '(?:0[1-9]|1[0-9]|2[0-8])';
const leapYear =
  '(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)';
const date =
  `(?:[0-9]{4}-(?:${month31}-(?:${day28}|29|3[01])|${month30}-(?:${day28}|29|30)|02-${day28})` +
  `|${leapYear}-02-29)`;
const hour = '(?:[01][0-9]|2[0-3])';
const time = `${hour}:[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-]${hour}:[0-5][0-9])`;
const label = '[a-zA-Z0-9]{1,30}(?:-[a-zA-Z0-9]{1,30})?';
const hostname = `${label}(?:\\.${label}){0,6}`;
const byte = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])';
const hexadecimal = '[0-9a-fA-F]';
const minutes = '[0-9]{1,4}M(?:[0-9]{1,4}S)?';
const clockDuration = `T(?:[0-9]{1,4}H(?:${minutes}|[0-9]{1,4}S)?|${minutes}|[0-9]{1,4}S)`;
const path = "[a-zA-Z0-9._~!$&'()*+,;=:@/-]";
const encoded = '[A-Za-z0-9_-]';
/** The lengths of name and domain keep an address below the allowed 254 characters. */
const email =
  '[a-zA-Z0-9_+-]{1,30}(?:\\.[a-zA-Z0-9_+-]{1,30})?' +
  `@${label}(?:\\.[a-zA-Z0-9]{1,30}){0,2}\\.[a-zA-Z]{2,10}`;

export const formats: ReadonlyMap<string, string> = new Map(
  Object.entries({
    date,
    time,
    'date-time': `${date}T${time}`,
    duration: `P(?:[0-9]{1,4}W|[0-9]{1,4}D(?:${clockDuration})?|${clockDuration})`,
    email,
    hostname,
    ipv4: `${byte}(?:\\.${byte}){3}`,
    ipv6: `${hexadecimal}{1,4}(?::${hexadecimal}{1,4}){7}`,
    uuid: `${hexadecimal}{8}-${hexadecimal}{4}-[1-8]${hexadecimal}{3}-[89abAB]${hexadecimal}{3}-${hexadecimal}{12}`,
    uri: `https?://${hostname}(?::[0-9]{1,4})?(?:/${path}*)?(?:\\?${path}*)?`,
    jwt: `eyJ${encoded}{10,}\\.eyJ${encoded}{2,}\\.${encoded}{20,}`,
  }).map(([name, source]) => [name, `^(?:${source})$`]),
);
