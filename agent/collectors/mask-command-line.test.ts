import { expect, test } from 'vitest';
import { maskText } from '../../core/common/mask-text.ts';
import { maskCommandLine } from './mask-command-line.ts';

/** Arguments are separated by blanks here; one with blanks stands in brackets. */
function line(text: string): string {
  return text.replace(/⟨([^⟩]*)⟩|\s+/g, (whole, inner: string | undefined) => (inner === undefined ? '\0' : whole.slice(1, -1)));
}

test.each([
  'app --password=hunter2',
  'app --password=hun;ter2&hunter2,"hunter2',
  'app ⟨--password=a hunter2 b⟩',
  'app --password hunter2 --port 1',
  'app -password hunter2',
  'app --db-password=hunter2',
  'app --dbPassword hunter2',
  'app password=hunter2',
  'java -Dspring.datasource.password=hunter2 -jar x.jar',
  'java -Djavax.net.ssl.keyStorePassword=hunter2 x',
  'keytool -storepass hunter2 -keypass hunter2',
  'redis-server --requirepass hunter2',
  'app --token=hunter2',
  'app --auth-token hunter2',
  'app --auth=me:hunter2',
  'app --api-key hunter2',
  'app --apiKey=hunter2',
  'app --client-secret=hunter2',
  'app --secret_access_key hunter2',
  'env PGPASSWORD=hunter2 psql -h db',
  'env ⟨PGPASSWORD=a hunter2⟩ psql',
  'env MYSQL_PWD=hunter2 AWS_SECRET_ACCESS_KEY=hunter2 x',
  'sh -c ⟨PGPASSWORD=hunter2 psql -h db⟩',
  "bash -lc ⟨export PGPASSWORD='a hunter2'; psql⟩",
  'mysql -uroot -phunter2 db',
  'mysqldump -u root -phunter2 --all-databases',
  '/usr/bin/mariadb-dump -phunter2',
  'sh -c ⟨mysqldump -uroot -phunter2 shop > x⟩',
  'aws configure set aws_secret_access_key hunter2',
  'app config set db.password hunter2',
  'docker run -e DB_PASSWORD=hunter2 --env=TOKEN=hunter2 x',
  'helm install x --set auth.password=hunter2',
  'redis-cli -u redis://:hunter2@cache.test:6379/0',
  'sshpass -p hunter2 ssh host',
  'sshpass -phunter2 ssh host',
  'mongodump -u a -p hunter2',
  'docker login -u me -p hunter2 registry',
  'redis-cli -a hunter2 ping',
  'http -a me:hunter2 x.test',
  'sh -c ⟨app --password=hunter2 --port 1⟩',
  'sh -c ⟨app --password hunter2 --port 1⟩',
  'sh -c ⟨curl -u me:hunter2 x.test⟩',
  'ldapsearch -D cn=x -w hunter2',
  'sqlcmd -S db -P hunter2',
  'ipmitool -U admin -P hunter2 -H bmc',
  'zip -P hunter2 x.zip',
  '7z a -phunter2 x.7z',
  'snmpwalk -v2c -c hunter2 host',
  'openssl enc -aes256 -pass pass:hunter2 -k hunter2',
  'openssl rsa -passin pass:hunter2',
  'nmcli device wifi connect home password hunter2',
  'xfreerdp /u:me /p:hunter2 /v:host',
  'smbclient //srv/x -U me%hunter2',
  'sqlplus scott/hunter2@db',
  'curl -u me:hunter2 https://x.test',
  'curl --proxy-user me:12345hunter2 https://x.test',
  'curl -u me:987654321 https://x.test hunter-2',
  'curl -ume:hunter2 https://x.test',
  'curl -u:hunter2 https://x.test',
  'curl -u :hunter2 https://x.test',
  'curl ⟨-ume:a hunter2⟩ https://x.test',
  'curl -sSfLume:hunter2 https://x.test',
  'curl -Ume:hunter2 -x proxy.test:3128 https://x.test',
  'curl --user=me:hunter2 https://x.test',
  'curl --proxy-user=me:hunter2 https://x.test',
  'curl -E /etc/c.pem:hunter2 https://x.test',
  'curl --oauth2-bearer hunter2 https://x.test',
  'sh -c ⟨curl -ume:hunter2 x.test⟩',
  'sh -c ⟨curl --user=me:hunter2 x.test⟩',
  'wget --user=me --password=hunter2 https://x.test',
  'wget --http-password=hunter2 https://x.test',
  'lftp -ume,hunter2 x.test',
  'http -ame:hunter2 x.test',
  'redis-cli -ahunter2 ping',
  'mongosh -ume -phunter2',
  'docker login -ume -phunter2 registry',
  'ldapsearch -Dcn=x -whunter2',
  'snmpwalk -v2c -chunter2 host',
  'snmpget -v3 -Ahunter2 -Xhunter2 host',
  'smbclient //srv/x -Ume%hunter2',
  'smbclient //srv/x --user=me%hunter2',
  'net rpc info -Ume%hunter2',
  'unrar x -phunter2 x.rar',
  'rar a -hphunter2 x.rar',
  'sqlcmd -Sdb -Phunter2',
  'openssl pkcs12 -passin pass:hunter2 -passout pass:hunter2',
  'psql postgresql://me:hunter2@db/x',
  'curl -H ⟨Authorization: Bearer hunter2hunter2⟩ https://x.test',
  'curl -H ⟨Authorization: Basic aHVudGVyMg== hunter2⟩ x',
  'curl -H ⟨authorization: token hunter2⟩ x',
  'curl -H ⟨X-Api-Key: hunter2⟩ x',
  'curl -H ⟨PRIVATE-TOKEN: hunter2⟩ x',
  'curl -H ⟨Cookie: sid=hunter2; other=hunter2⟩ x',
  'curl -d ⟨{"user":"me","password":"hunter2"}⟩ x',
  'curl -d ⟨{"password": "hunt\\"hunter2"}⟩ x',
  'curl -d user=me&password=hunter2&x=1 https://x.test',
  'curl https://me:hunter2@x.test/path',
  'curl https://me:p@hunter2@x.test/path',
  'curl https://me:p/hunter2@x.test/path',
  'curl https://:hunter2@x.test',
  'curl https://hunter2hunter2hunter2@github.com/x.git',
  'curl https://x.test/?token=hunter2&page=2',
  'curl https://x.test/?page=2&key=hunter2',
  'curl https://x.test/?X-Amz-Signature=hunter2&X-Amz-Credential=hunter2',
  'curl https://x.test/?sig=hunter2',
  'curl https://x.test/#access_token=hunter2',
  'app --dsn=postgres://app:hunter2@db.example.org/app',
  'app jdbc:postgresql://db/x?user=me&password=hunter2',
  'app ⟨host=db user=me password=hunter2⟩',
  "app ⟨host=db password='a hunter2' user=me⟩",
  'app ⟨Server=db;User Id=me;Password=hunter2;Database=x⟩',
  'app ⟨DefaultEndpointsProtocol=https;AccountKey=hunter2;X=1⟩',
  'pip --proxy me:hunter2@proxy.test:3128 install x',
  'mount.cifs //srv/x /mnt -o username=me,password=hunter2,uid=0',
  'app ⟨-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----⟩',
  'app ⟨-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2 cut⟩',
  '⟨postgres: worker --password hunter2 rest⟩',
  '⟨nginx -p x token: hunter2⟩',
])('a secret is left out: %s', (text) => {
  const shown = maskCommandLine(line(text), 1000);
  expect(shown).not.toMatch(/hunter2|987654321/);
  expect(shown).toContain('***');
});

test.each([
  ['AKIAIOSFODNN7EXAMPLE', 'AWS'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'GitHub'],
  ['glpat-abcdefghij0123456789', 'GitLab'],
  ['xoxb-123456789012-abcdefghijkl', 'Slack'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'JWT'],
  ['sk_live_abcdefghijklmnop', 'Stripe'],
  ['AIzaSyA0123456789abcdefghijklmnopqrstuv', 'Google'],
])('a token is known by its form: %s (%s)', (token) => {
  expect(maskCommandLine(`app\0x\0${token}\0`, 1000)).toBe('app x ***');
});

test.each([
  'postgres -D /var/lib/postgresql/16/main -c config_file=/etc/postgresql.conf',
  'nginx: worker process',
  '/usr/bin/node --max-old-space-size=512 server.js --port 8080',
  'docker run -u 1000:1000 -p 8080:80 -v /a:/b nginx:1.25',
  'docker run --user=1000:1000 -p8080:80 nginx:1.25',
  'curl -fsSL -o/tmp/x -A agent:1 --cert /etc/c.pem https://x.test/a:b',
  'wget -nv -U agent https://x.test',
  'snmpwalk -v2c -Cc host',
  'mongod --port 27017 --auth',
  'docker pull nginx:1.25@sha256:0123456789abcdef0123456789abcdef',
  'ssh -p 2222 git@github.com',
  'python train.py --max-tokens 512 --tokenizer bert --author me --keyboard us',
  'mongod --auth --bind_ip 127.0.0.1',
  'app --token-ttl 5m --token-url=https://id.test/x --key /etc/ssl/key.pem',
  'mysqld --user=mysql --port=3306 --pid-file=/run/mysqld.pid',
  'mysql -P3306 -uroot -p',
  'muster token create --join',
  'kubectl get secret db-password -o yaml',
  'rsync -a a@host:/x /y',
  'curl http://localhost:3000/@vite/client?page=2&monkey=1',
  'npm install left@npm:right@1.2.3',
  'make -C x bypass=1 compass=north',
])('what is no secret is shown: %s', (text) => {
  expect(maskCommandLine(line(text), 1000)).toBe(text);
});

test('the rest of an address is kept', () => {
  expect(maskText('https://me:hunter2@x.test:8443/a?token=abc&page=2#top')).toBe('https://me:***@x.test:8443/a?token=***&page=2#top');
  expect(maskText('https://x.test/health?page=2')).toBe('https://x.test/health?page=2');
  expect(maskText('https://hooks.slack.com/services/T0/B0/abc')).toBe('https://hooks.slack.com/services/***');
  expect(maskText('postgres://app:hunt'), 'cut before its end').toBe('postgres://app:***');
  expect(maskText('http://db:5432')).toBe('http://db:5432');
});

test('a long line is cut after its secrets are left out', () => {
  expect(maskCommandLine(`app\0--password=${'x'.repeat(500)}\0end`, 40)).toBe('app --password=*** end');
  expect(maskCommandLine('app\0abcdefghij', 10)).toBe('app abcde…');
});

test('credentials of twelve letters with a digit among them are masked, a shorter word behind the scheme is a word', () => {
  expect(maskText('Authorization Basic abcdefghijk1')).toBe('Authorization Basic ***');
  expect(maskText('says Basic abcdefghij1 here')).toBe('says Basic abcdefghij1 here');
  expect(maskText('says Basic authentication here')).toBe('says Basic authentication here');
  expect(maskText('says Digest abcdefghijkl= here')).toBe('says Digest *** here');
  expect(maskText('says Bearer abcdefgh here')).toBe('says Bearer *** here');
});

test('a user of twenty letters without a password is a token', () => {
  expect(maskText(`https://${'u'.repeat(20)}@x.test/`)).toBe('https://***@x.test/');
  expect(maskText(`https://${'u'.repeat(19)}@x.test/`)).toBe(`https://${'u'.repeat(19)}@x.test/`);
});

test('the marks around a masked value stay', () => {
  expect(maskText('{"password": "hunter2", "port": 5}')).toBe('{"password": "***", "port": 5}');
  expect(maskText("password='hunter2' port=5")).toBe("password='***' port=5");
  expect(maskText('password=hunter2 port=5')).toBe('password=*** port=5');
});

test('a key, a code or an access is a secret in the query of an address, and a word elsewhere', () => {
  expect(maskText('https://x.test/a?key=abc&code=def&access=ghi&page=2')).toBe('https://x.test/a?key=***&code=***&access=***&page=2');
  expect(maskText('key=abc code=5 access=all page=2')).toBe('key=abc code=5 access=all page=2');
  expect(maskText('auth=hunter2 Auth: hunter2')).toBe('auth=*** Auth: ***');
});
