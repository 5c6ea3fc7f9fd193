// A Nacos client of npm in a process of its own: the same commands as io.banyan.e2e.nacos.Probe.
// node probe.js SERVER[,SERVER] [KEY=VALUE ...]
'use strict';
const readline = require('readline');
const nacos = require('nacos');
const options = {};
for (const each of process.argv.slice(3)) {
  const at = each.indexOf('=');
  options[each.slice(0, at)] = each.slice(at + 1);
}
const servers = process.argv[2];
const logger = { debug() {}, info() {}, log() {}, warn(...a) { console.error(...a); }, error(...a) { console.error(...a); } };
let config = null;
let naming = null;
const say = line => process.stdout.write(line + '\n');
const encode = text => (text === null || text === undefined ? 'null' : Buffer.from(text, 'utf8').toString('base64'));
const decode = text => Buffer.from(text, 'base64').toString('utf8');
async function configs() {
  if (!config) {
    config = new nacos.NacosConfigClient({ serverAddr: servers.split(',')[0], namespace: options.namespace || '', requestTimeout: 6000, logger, username: options.username, password: options.password });
    config.on('error', e => console.error(e));
    await config.ready();
  }
  return config;
}
async function names() {
  if (!naming) {
    naming = new nacos.NacosNamingClient({ serverList: servers, namespace: options.namespace || 'public', logger, username: options.username, password: options.password });
    await naming.ready();
  }
  return naming;
}
const show = list => list
  .map(i => `${i.ip}:${i.port}${i.healthy ? '+' : '-'}${i.clusterName}*${Number.isInteger(i.weight) ? i.weight.toFixed(1) : i.weight}{${Object.keys(i.metadata || {}).sort().map(k => k + '=' + i.metadata[k]).join(', ')}}`)
  .sort().join(' ');
function instance(w) {
  const metadata = {};
  for (const each of (w[11] || '').split(',')) {
    const at = each.indexOf('=');
    if (at > 0) metadata[each.slice(0, at)] = each.slice(at + 1);
  }
  return { ip: w[4], port: Number(w[5]), clusterName: w[6], weight: Number(w[7]), healthy: w[8] === 'true', enabled: w[9] === 'true', ephemeral: w[10] === 'true', metadata };
}
async function perform(w) {
  switch (w[1]) {
    case 'get':
      try {
        return encode(await (await configs()).getConfig(w[2], w[3]));
      } catch (e) {
        if (/not exist/.test(String(e))) return 'null';
        throw e;
      }
    case 'publish': return String(await (await configs()).publishSingle(w[2], w[3], decode(w[4])));
    case 'remove': return String(await (await configs()).remove(w[2], w[3]));
    case 'listen':
      (await configs()).subscribe({ dataId: w[2], group: w[3] }, content => say('!config\t' + w[2] + '\t' + encode(content)));
      return 'ok';
    case 'register': await (await names()).registerInstance(w[2], instance(w), w[3]); return 'ok';
    case 'deregister': await (await names()).deregisterInstance(w[2], instance(w), w[3]); return 'ok';
    case 'list': return show(await (await names()).getAllInstances(w[2], w[3], 'DEFAULT', false));
    case 'subscribe':
      (await names()).subscribe({ serviceName: w[2], groupName: w[3], clusters: 'DEFAULT' }, hosts => say('!naming\t' + w[2] + '\t' + show(hosts)));
      return 'ok';
    case 'exit': return 'ok';
    default: throw new Error('no command ' + w[1]);
  }
}
const lines = readline.createInterface({ input: process.stdin });
let last = Promise.resolve();
lines.on('line', line => {
  const w = line.split('\t');
  last = last.then(() => perform(w)).then(v => say('=' + w[0] + '\t' + v), e => say('-' + w[0] + '\t' + String(e && e.message || e).replace(/\n/g, ' ')));
});
lines.on('close', () => last.then(() => process.exit(0)));
