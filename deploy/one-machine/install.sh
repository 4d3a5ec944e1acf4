#!/usr/bin/env bash
# Đối Thoại on one rented machine: Debian 12 or newer, or Ubuntu 24.04 or newer; as root; from an unpacked release or a checkout.
# The same command again brings the machine to the version of this folder, and changes nothing where it has it already.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
source_root=$(cd "$here/../.." && pwd)
home=/opt/doithoai state=/var/lib/doithoai backups=/var/backups/doithoai config=/etc/doithoai
name='' email='' acme='' kind=domain action=install with_data=no firewall=yes

usage() {
    cat <<'TEXT'
Cách dùng (với quyền root):
  install.sh --domain TÊN-MIỀN [--email THƯ]   cài đặt hoặc nâng cấp; chứng chỉ theo tên miền
  install.sh --ip ĐỊA-CHỈ [--email THƯ]        chỉ có địa chỉ IP: chứng chỉ ngắn hạn cho địa chỉ ấy
  install.sh --link                            in lại liên kết lập ban tổ chức (khi chưa có tài khoản nào)
  install.sh --rollback                        trở về phiên bản trước
  install.sh --uninstall [--with-data]         gỡ chương trình; --with-data: xóa cả dữ liệu, khóa và bản sao lưu
  install.sh --program-only                    chỉ đặt chương trình vào /opt/doithoai (cho trung tâm dữ liệu)
Tùy chọn: --acme URL (nơi cấp chứng chỉ khác), --no-firewall
TEXT
}

say() { printf '== %s\n' "$*"; }
stop() { printf 'Dừng: %s\n' "$*" >&2; exit 1; }

work=''
trap '[[ -z $work ]] || rm -rf "$work"' EXIT

while (($#)); do
    case $1 in
        --domain) kind=domain name=${2:?}; shift ;;
        --ip) kind=ip name=${2:?}; shift ;;
        --email) email=${2:?}; shift ;;
        --acme) acme=${2:?}; shift ;;
        --no-firewall) firewall=no ;;
        --program-only) action=program ;;
        --link) action=link ;;
        --rollback) action=rollback ;;
        --uninstall) action=uninstall ;;
        --with-data) with_data=yes ;;
        *) usage; exit 2 ;;
    esac
    shift
done

# What goes into files that other programs read: nothing in it may mean anything but itself there.
checked() {
    [[ $name =~ ^[A-Za-z0-9.:-]+$ ]] || { usage; stop "cần --domain hoặc --ip"; }
    [[ -z $email || $email =~ ^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$ ]] || stop "--email: địa chỉ thư không đúng"
    [[ -z $acme || $acme =~ ^https://[A-Za-z0-9._~:/-]+$ ]] || stop "--acme: cần một địa chỉ https://…"
}

packages() {
    export DEBIAN_FRONTEND=noninteractive
    say "Cài gói của hệ điều hành"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends ca-certificates curl python3 python3-venv "$@" \
        libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 >/var/log/doithoai-install.log 2>&1 ||
        { tail -n 20 /var/log/doithoai-install.log >&2; stop "không cài được gói; xem /var/log/doithoai-install.log"; }
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "cần Python 3.11 trở lên (Debian 12, Ubuntu 24.04)"
}

account() {
    getent passwd doithoai >/dev/null || useradd --system --home-dir $state --shell /usr/sbin/nologin doithoai
    install -d -m 0755 $home $home/releases $config
    install -d -m 0700 -o doithoai -g doithoai $state $backups
}

# What a release is made of, as one number: the same sources are never built twice.
fingerprint() {
    (cd "$source_root" && find app.py survey templates static migrations translations requirements pyproject.toml package-lock.json \
        hatch_build.py hatch_assets.py -type f -not -path 'static/vendor/*' -not -name '*.pyc' -not -name '*.mo' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
}

# The wheel is built in a folder of its own, with locked tools, and only what runs is kept.
release() {
    local id target
    id=$(fingerprint) target=$home/releases/$id
    if [[ ! -e $target/complete ]]; then
        say "Dựng phiên bản $id (vài phút)"
        rm -rf "$target"
        work=$(mktemp -d $home/build.XXXXXX)
        mkdir "$work/source"
        tar -C "$source_root" --exclude=./.git --exclude='./.venv*' --exclude=./node_modules --exclude=./build --exclude=./data \
            --exclude='./data-*' --exclude=./static/vendor --exclude=__pycache__ --exclude='./.*_cache' -cf - . | tar -C "$work/source" -xf -
        python3 -m venv "$work/tools"
        "$work/tools/bin/pip" install --quiet --require-hashes -r "$source_root/requirements/build.txt"
        command -v npm >/dev/null || "$work/tools/bin/pip" install --quiet --require-hashes -r "$source_root/requirements/node.txt"
        "$work/tools/bin/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/wheel" "$work/source"
        python3 -m venv "$target"
        "$target/bin/pip" install --quiet --require-hashes -r "$source_root/requirements/server.txt"
        "$target/bin/pip" install --quiet --no-deps "$work"/wheel/*.whl
        touch "$target/complete"
    fi
    wanted=$target
}

files() {
    cat >$config/environment <<TEXT
DATA_DIR=$state/data
KEY_DIR=$state/keys
BOX_DIR=$state/box
HOST=127.0.0.1
PORT=8000
BASE_URL=https://$name
TRUSTED_PROXIES=127.0.0.1
TEXT
    [[ -e $config/extra ]] || printf '# Thêm ở đây, mỗi dòng một biến, ví dụ SMTP_HOST=…; xem README.md\n' >$config/extra
    chown root:doithoai $config/environment $config/extra
    chmod 0640 $config/environment $config/extra
    install -m 0644 "$here"/doithoai.service "$here"/doithoai-backup.service "$here"/doithoai-backup.timer /etc/systemd/system/
    install -m 0755 "$here/doithoai" /usr/local/bin/doithoai
    install -m 0755 "$here/doithoai-backup" /usr/local/sbin/doithoai-backup
}

proxy() {
    local options=''
    [[ -z $email ]] || options+=$'\temail '"$email"$'\n'
    if [[ $kind == domain ]]; then
        [[ -z $acme ]] || options+=$'\tacme_ca '"$acme"$'\n'
        write_proxy "$here/Caddyfile.domain" "$options"
        return
    fi
    certificate_tool
    [[ -e $config/tls/fullchain.pem ]] || { write_proxy "$here/Caddyfile.before" "$options"; start_proxy; certificate; }
    write_proxy "$here/Caddyfile.ip" "$options"
}

write_proxy() {
    [[ ! -e /etc/caddy/Caddyfile || -e /etc/caddy/Caddyfile.before-doithoai ]] ||
        cp -a /etc/caddy/Caddyfile /etc/caddy/Caddyfile.before-doithoai
    NAME=$name OPTIONS=$2 python3 - "$1" >/etc/caddy/Caddyfile <<'PYTHON'
import os, pathlib, sys
text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
print(text.replace("\t# options\n", os.environ["OPTIONS"]).replace("NAME", os.environ["NAME"]), end="")
PYTHON
    caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile >/var/log/doithoai-install.log 2>&1 ||
        { tail -n 5 /var/log/doithoai-install.log >&2; stop "Caddy không nhận tệp cấu hình"; }
}

start_proxy() {
    systemctl enable --quiet caddy
    systemctl reload-or-restart caddy
}

# Debian's Caddy cannot ask for the profile that certificates of addresses need, so certbot does, in an environment of its own.
certificate_tool() {
    local lock=$here/requirements-certbot.txt
    install -d -m 0755 $state-acme
    install -d -m 0750 -o root -g caddy $config/tls
    if ! cmp -s "$lock" $home/certbot/lock.txt; then
        say "Cài công cụ lấy chứng chỉ cho địa chỉ IP"
        rm -rf $home/certbot
        python3 -m venv $home/certbot
        $home/certbot/bin/pip install --quiet --require-hashes -r "$lock"
        cp "$lock" $home/certbot/lock.txt
    fi
    install -m 0755 "$here/doithoai-certificate" /usr/local/sbin/doithoai-certificate
    install -m 0644 "$here"/doithoai-certificate.service "$here"/doithoai-certificate.timer /etc/systemd/system/
    printf "NAME='%s'\nEMAIL='%s'\nACME='%s'\n" "$name" "$email" "$acme" >$config/certificate
}

certificate() {
    say "Lấy chứng chỉ cho $name"
    doithoai-certificate || stop "không lấy được chứng chỉ: cổng 80 phải mở từ Internet và địa chỉ phải là của máy này"
}

walls() {
    [[ $firewall == yes ]] || return 0
    local port
    for port in 80 443 $(ss -Hltnp 2>/dev/null | awk '/"sshd"/ { sub(/.*:/, "", $4); print $4 }' | sort -u); do
        ufw allow "$port/tcp" >/dev/null
    done
    ufw allow 22/tcp >/dev/null
    ufw --force enable >/dev/null
}

ready() {
    local turn
    for turn in $(seq 60); do
        [[ $(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/readyz) != 200 ]] || return 0
        sleep 0.5
    done
    return 1
}

link() {
    local run
    run=$(systemctl show -P InvocationID doithoai)
    journalctl _SYSTEMD_INVOCATION_ID="$run" -o cat 2>/dev/null | grep -F /s/invitation/ | tail -n 1
}

# A restart would drop every stream, so it comes only where there is nothing to print and nobody to lose.
link_again() {
    local many
    many=$(accounts) || exit 1
    ((many == 0)) || stop "đã có tài khoản; tạo lời mời khác bằng: doithoai create-staff TÊN"
    if link; then return 0; fi
    systemctl restart doithoai && ready && link || stop "không có liên kết nào trong nhật ký: journalctl -u doithoai"
}

accounts() {
    [[ -e $state/data/main.sqlite3 ]] || { echo 0; return 0; }
    python3 - $state/data/main.sqlite3 <<'PYTHON' || stop "không đọc được $state/data/main.sqlite3"
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)) as db:
    sample = "SELECT staff_id FROM links WHERE kind = 'sample' AND staff_id IS NOT NULL"
    print(db.execute(f"SELECT count(*) FROM staff WHERE id NOT IN ({sample})").fetchone()[0])
PYTHON
}

schemas() {
    python3 - "$1" <<'PYTHON'
import contextlib, sqlite3, sys
for name in ("main", "roll"):
    with contextlib.closing(sqlite3.connect(f"file:{sys.argv[1]}/{name}.sqlite3?mode=ro", uri=True)) as db:
        print(name, *sorted(row[0] for row in db.execute("SELECT version_num FROM alembic_version")))
PYTHON
}

# The copy before an upgrade is what a rollback across schemas goes back to.
switch() {
    local old copy
    old=$(readlink $home/current || true)
    if [[ $old == "$wanted" ]]; then return 0; fi
    if [[ -n $old && -e $state/data/main.sqlite3 ]]; then
        copy=$backups/upgrade-$(date +%Y%m%d-%H%M%S)
        say "Sao lưu trước khi nâng cấp: $copy"
        doithoai backup "$copy" >/dev/null
        printf '%s\n%s\n' "$old" "$copy" >$home/previous
        # A rollback goes one step: older copies, with their rolls, are of no more use.
        find $backups -mindepth 1 -maxdepth 1 -name 'upgrade-*' -mtime +14 ! -path "$copy" -exec rm -rf {} +
    fi
    ln -sfn "$wanted" $home/next && mv -T $home/next $home/current
    changed=yes
}

install_all() {
    checked
    changed=no
    packages caddy ufw
    account
    release
    files
    switch
    systemctl daemon-reload
    systemctl enable --quiet doithoai.service doithoai-backup.timer
    systemctl start doithoai-backup.timer
    systemctl restart doithoai
    if ! ready; then
        journalctl -u doithoai -n 15 -o cat >&2
        if [[ -e $home/previous && $changed == yes ]]; then say "Phiên bản mới không chạy được; trở về phiên bản trước"; rollback; fi
        stop "chương trình không khởi động được"
    fi
    walls
    proxy
    start_proxy
    if [[ $kind == ip ]]; then systemctl enable --quiet --now doithoai-certificate.timer; fi
    say "Xong. Địa chỉ: https://$name"
    first=$(link || true)
    if [[ -n $first ]]; then say "Mở liên kết này một lần, bằng trình duyệt, để lập ban tổ chức:"; echo "$first"; fi
}

# Processes of way 2 that run or are about to.
units() {
    systemctl list-units --plain --no-legend --state=active,activating,reloading,deactivating 'doithoai@*' 2>/dev/null | awk '{ print $1 }'
}

program_only() {
    packages
    account
    release
    install -m 0755 "$here/doithoai" /usr/local/bin/doithoai
    # A worker that systemd starts again takes what `current` points to: two versions must never serve one database.
    if [[ $(readlink $home/current || true) != "$wanted" && -n $(units) ]]; then
        stop "đã dựng xong $wanted, chưa đổi phiên bản. Hãy dừng mọi tiến trình (systemctl stop 'doithoai@*') rồi chạy lại lệnh này"
    fi
    ln -sfn "$wanted" $home/next && mv -T $home/next $home/current
    say "Chương trình nằm ở $home/current; tiếp theo: deploy/data-centre"
}

# Whatever it needs is looked at before the server stops: a rollback that cannot be done leaves everything as it is.
rollback() {
    [[ -e $home/previous ]] || stop "không có phiên bản trước"
    local old copy file now before
    { read -r old; read -r copy; } <$home/previous
    [[ -e $old/complete ]] || stop "phiên bản trước không còn trong $old"
    for file in "$copy/main.sqlite3" "$copy/roll.sqlite3"; do
        [[ -s $file ]] || stop "không còn $file, bản sao lưu trước khi nâng cấp; chưa thay đổi gì"
    done
    now=$(schemas $state/data) || stop "không đọc được dữ liệu trong $state/data; chưa thay đổi gì"
    before=$(schemas "$copy") || stop "không đọc được bản sao lưu $copy; chưa thay đổi gì"
    present=$(readlink $home/current)
    systemctl stop doithoai
    ln -sfn "$old" $home/next && mv -T $home/next $home/current
    [[ $now == "$before" ]] || go_back "$copy"
    rm -f $home/previous
    systemctl start doithoai
    ready || stop "phiên bản trước không khởi động được: journalctl -u doithoai"
    say "Đã trở về phiên bản trước."
}

# The old program cannot read the new schema: what came in since the upgrade is put aside, and put back if the copy cannot be restored.
go_back() {
    local aside
    aside=$backups/replaced-$(date +%Y%m%d-%H%M%S)
    install -d -m 0700 -o doithoai -g doithoai "$aside"
    mv $state/data/main.sqlite3* $state/data/roll.sqlite3* "$aside"/
    if ! doithoai restore "$1" >/dev/null; then
        rm -f $state/data/main.sqlite3* $state/data/roll.sqlite3*
        mv "$aside"/* $state/data/ && rmdir "$aside"
        ln -sfn "$present" $home/next && mv -T $home/next $home/current
        systemctl start doithoai
        stop "không khôi phục được $1; phiên bản mới và dữ liệu của nó vẫn như trước"
    fi
    say "Cấu trúc dữ liệu khác nhau: đã khôi phục bản sao lưu $1."
    say "Dữ liệu ghi sau khi nâng cấp nằm ở $aside (có danh sách đoàn viên; không gì tự xóa nó: xóa khi không cần nữa)."
}

uninstall() {
    systemctl disable --quiet --now doithoai.service doithoai-backup.timer doithoai-certificate.timer 2>/dev/null || true
    systemctl stop doithoai.service 'doithoai@*' doithoai-backup.service doithoai-certificate.service 2>/dev/null || true
    rm -f /etc/systemd/system/*.wants/doithoai@*.service
    rm -f /etc/systemd/system/doithoai*.service /etc/systemd/system/doithoai*.timer /usr/local/bin/doithoai
    rm -f /usr/local/sbin/doithoai-backup /usr/local/sbin/doithoai-certificate
    systemctl daemon-reload
    if [[ -e /etc/caddy/Caddyfile.before-doithoai ]]; then
        mv /etc/caddy/Caddyfile.before-doithoai /etc/caddy/Caddyfile
        systemctl reload-or-restart caddy || true
    fi
    rm -rf $home $state-acme
    if [[ $with_data == yes ]]; then
        rm -rf $state $backups $config
        userdel doithoai 2>/dev/null || true
        say "Đã gỡ chương trình, dữ liệu, khóa và bản sao lưu trên máy này."
    else
        say "Đã gỡ chương trình. Còn lại: $state (dữ liệu và khóa), $backups (bản sao lưu), $config."
    fi
}

((EUID == 0)) || stop "chạy bằng quyền root: sudo $0 …"
case $action in
    install) install_all ;;
    program) program_only ;;
    link) link_again ;;
    rollback) rollback ;;
    uninstall) uninstall ;;
esac
