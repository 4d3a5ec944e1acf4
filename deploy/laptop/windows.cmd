@echo off
rem Run once as administrator on the laptop of the hall: lets phones in, keeps the laptop awake on mains power, also with the lid shut.
rem windows.cmd undo takes the firewall rules away again; sleep is set again under Settings > System > Power.
netsh advfirewall firewall delete rule name="Doi Thoai" >nul 2>&1
netsh advfirewall firewall delete rule name="Doi Thoai DNS" >nul 2>&1
if "%1"=="undo" exit /b 0
netsh advfirewall firewall add rule name="Doi Thoai" dir=in action=allow protocol=TCP localport=80,443,8000 profile=any
netsh advfirewall firewall add rule name="Doi Thoai DNS" dir=in action=allow protocol=UDP localport=53 profile=any
powercfg /change standby-timeout-ac 0
powercfg /change hibernate-timeout-ac 0
powercfg /change monitor-timeout-ac 0
powercfg /setacvalueindex SCHEME_CURRENT SUB_BUTTONS LIDACTION 0
powercfg /setactive SCHEME_CURRENT
