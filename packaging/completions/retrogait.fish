# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_retrogait_global_optspecs
    string join \n h/help V/version
end

function __fish_retrogait_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_retrogait_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_retrogait_using_subcommand
    set -l cmd (__fish_retrogait_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c retrogait -n "__fish_retrogait_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_needs_command" -s V -l version -d 'Print version'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "replay" -d 'Read recorded captures and say what happened, stride by stride'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "convert" -d 'Turn a file of another logger into a capture'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "batch" -d 'Run every capture under folders, in parallel, into a few tables'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "simulate" -d 'Write labelled captures of a simulated walker, or send them as a live sensor does'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "calibrate" -d 'Find how the sensors sit: standing, then five seated knee extensions'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "demo" -d 'Show a simulated session, two minutes long: no sensor is needed'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "plan" -d 'List, show or write plans for sessions'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "config" -d 'Write an explained configuration file, or show the settings in force'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "scan" -d 'Look for sensors in range'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "pair" -d 'Connect a sensor for the first time, look at it, and remember it'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "sensors" -d 'List, rename or forget the sensors that were paired'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "live" -d 'Measure while someone walks'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "doctor" -d 'Find out why Bluetooth does not work, and what to do about it'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "bench" -d 'Score detectors against labelled captures, and time them'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "accept" -d 'Make captures of good sessions a person\'s baseline'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "rules" -d 'Print the rules that alerts are given by: limits, sources, measured rates'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "person" -d 'People whose sessions are kept'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "sessions" -d 'Sessions that are kept'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "report" -d 'A page about one session, to read, print and file'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "trend" -d 'Weeks of sessions: dose, shares, and what has changed beyond chance'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "test" -d 'Tests that a therapist gives, timed by the sensor'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "man" -d 'Print the manual page'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "pages" -d 'Write completions and manual pages for a package'
complete -c retrogait -n "__fish_retrogait_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l format -d 'What to print [default: text; nothing with --out]' -r -f -a "text\t'A summary for people'
ndjson\t'Every record, or a table\'s, one JSON object a line'
csv\t'A table (the strides, unless told) as CSV'
parquet\t'A table (the strides, unless told) as Parquet'"
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l table -d 'The table to print with `--format csv`, `ndjson` or `parquet` [default: strides; all with ndjson]' -r -f -a "strides\t'A row a stride'
events\t'A row an event'
alerts\t'A row an alert'
bouts\t'A row a span of one activity'
summaries\t'A row a capture'"
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l series -d 'Write the series, a row a sample, to FILE (CSV)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l out -d 'Write everything about each capture to files in DIR' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l rate -d 'Play at the speed of the recording (1x), a multiple of it (2x), or as fast as it goes (max)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l person -d 'What is known of the person: lengths, target, bands, baseline (TOML)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l calibration -d 'How the sensors sat when they were calibrated (written by `calibrate`)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l keep -d 'Keep it as a session of NAME, who was added by `person add`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l started -d 'When it was walked, for example 2026-03-01T10:30 [default: when the file was last changed]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l pain -d 'Highest pain in it, 0 to 10' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l config -d 'Read settings, limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml in the user\'s configuration folder, if it is there]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l force -d 'Replace files that exist'
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -l all -d 'List all strides and bouts, and not only the first and last of many'
complete -c retrogait -n "__fish_retrogait_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l out -d 'Write the capture to FILE; with `--to bids` the data set to a folder' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l to -d 'What to write' -r -f -a "capture\t'A capture (CSV)'
bids\t'Motion-BIDS, with the events that are found'"
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l subject -d 'The person\'s label in a data set' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l session -d 'The session\'s label in a data set' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l task -d 'The task\'s label in a data set' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -l force -d 'Replace a file that exists'
complete -c retrogait -n "__fish_retrogait_using_subcommand convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l out -d 'Write the tables to DIR' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l jobs -d 'Captures at a time [default: one a core]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l format -d 'How the tables are written' -r -f -a "csv\t'Comma-separated tables'
ndjson\t'One JSON object a line'
parquet\t'Apache Parquet, with units in its metadata'"
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l resume -d 'Keep what an earlier run with the same flags has done'
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -l force -d 'Replace the results of an earlier run'
complete -c retrogait -n "__fish_retrogait_using_subcommand batch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l script -d 'Play scenarios one after the other, as FILE (TOML) says' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l out -d 'Write NAME.csv, NAME.truth.json and NAME.knee.csv; `-` sends the rows to standard output' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l pace -d 'With `--out -`: send rows as a live sensor does (1x), faster (2x), or at once (max)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l speed -d 'Walking speed, like 2mph, 0.9m/s or 3.2km/h [default: the scenario\'s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l duration -d 'Length of the capture, like 90s or 2min [default: the scenario\'s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l standing -d 'Quiet standing before and after; 0s begins and ends in the midst of it' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l seed -d 'Decides the person, the steps, the strap, the sensor\'s errors and the link\'s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l side -d 'The leg that wears the sensors: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l sensor -d 'Kind of sensor' -r -f -a "bmi270\t'Bosch BMI270 class'
lsm6dso\t'ST LSM6DSO class'
mti\t'Xsens class'
ideal\t'No errors, no impacts, no soft tissue'"
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l rate -d 'Samples a second' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l mount -d 'Where the shank sensor\'s axes point when standing; `unknown` draws it from the seed and says unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l askew -d 'Degrees by which the sensors sit askew: about the bone\'s length, its front, the knee\'s axis [default: drawn from the seed]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l loss -d 'Share of notifications lost, in bursts of 1 to 6, like 5%' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l jitter -d 'Largest error of a time stamp, and delay of a notification, like 3ms' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l drift -d 'Parts per million by which the sensor\'s clock runs fast; negative is slow' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l dropout -d 'One interruption, like 1.5s or 1.5s@30s; without a length 0.5 to 2 s at a time drawn from the seed' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l duplicates -d 'Notifications sent again after the interruption; in files they are left out' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l list -d 'List the scenarios'
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l force -d 'Replace files that exist'
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -l thigh -d 'A second sensor on the thigh'
complete -c retrogait -n "__fish_retrogait_using_subcommand simulate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l thigh -d 'The thigh sensor: a paired one by its name; `sim` with a simulated shank sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l duration -d 'Give up after so long, like 2min; what was seen until then is used' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l rate -d 'Samples a second to ask the sensors for [default: as paired, or 100]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l pace -d 'file, sim: speed at which it is played: 1x, 2x, or max' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l seed -d 'sim: decides the person, the sensor and the movement' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l record -d 'Where to keep the capture [default: of a paired sensor the folder for data; else nowhere]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l capture -d 'The capture (CSV), in place of a sensor' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -s o -l output -d 'Where to write the calibration (TOML) [default: standard output; of a paired sensor the folder for data, and `live` knows of it]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l standing-flexion -d 'Flexion of the knee in that standing, by goniometer, degrees' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l date -d 'The day, to be kept in the file [default: today; of a capture none]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l person -d 'What is known of the person (TOML)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -l force -d 'Replace a file that exists'
complete -c retrogait -n "__fish_retrogait_using_subcommand calibrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l pace -d 'Speed at which it is played: 1x, 2x, or max [default: 1x on a screen, otherwise max]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l out -d 'Folder for the recording and the report [default: a folder `demo` beside recordings]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l seed -d 'Decides the person and the steps' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l web -d 'Serve the session as a page on this machine as well; a port may be given [default port: 8737]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l listen -d 'Serve the page to other machines: the address to listen on; they need the token that is printed' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l on-stop -d 'At a stop run this command, or call this http address, with the alert as JSON on its input' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l plain -d 'Plain words, even where there is a screen'
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l open -d 'Open the page in a browser'
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l mute -d 'No sound'
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -l metronome -d 'Tick the plan\'s target cadence'
complete -c retrogait -n "__fish_retrogait_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and not __fish_seen_subcommand_from list show new help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and not __fish_seen_subcommand_from list show new help" -f -a "list" -d 'List the built-in plans and one\'s own'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and not __fish_seen_subcommand_from list show new help" -f -a "show" -d 'Show a plan, part by part'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and not __fish_seen_subcommand_from list show new help" -f -a "new" -d 'Write a new plan as a copy of another, to be changed'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and not __fish_seen_subcommand_from list show new help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from show" -l file -d 'As the file that it is'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from new" -l from -d 'The plan to begin with' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from new" -l out -d 'The file to write [default: NAME.toml in the folder for settings]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the built-in plans and one\'s own'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a plan, part by part'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from help" -f -a "new" -d 'Write a new plan as a copy of another, to be changed'
complete -c retrogait -n "__fish_retrogait_using_subcommand plan; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand config" -l config -d 'Read settings, limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml in the user\'s configuration folder, if it is there]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand config" -l print -d 'Print every setting that is in force, and where it came from'
complete -c retrogait -n "__fish_retrogait_using_subcommand config" -l defaults -d 'Print the explained file with the defaults'
complete -c retrogait -n "__fish_retrogait_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand scan" -l for -d 'How long to look, like 10s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand scan" -l format -d 'How to print what is found' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand scan" -l all -d 'Unknown devices too'
complete -c retrogait -n "__fish_retrogait_using_subcommand scan" -l no-battery -d 'Do not connect to sensors to read their battery'
complete -c retrogait -n "__fish_retrogait_using_subcommand scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l segment -d 'Where it is worn' -r -f -a "shank\t'On the shin'
thigh\t'On the thigh'"
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l mount -d 'Where its axes point when standing, like x=anterior,y=up,z=right; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l as -d 'Remember it under this name [default: where it is worn]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l rate -d 'Samples a second to ask it for' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l format -d 'How to print what was seen' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l treadmill -d 'It is a treadmill'
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l heart -d 'It is a heart-rate strap'
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -l may-stop -d 'This treadmill may be stopped by the program'
complete -c retrogait -n "__fish_retrogait_using_subcommand pair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -l format -d 'How to print them' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -f -a "list" -d 'Show them (what happens when nothing else is said)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -f -a "rename" -d 'Give one another name'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -f -a "forget" -d 'Forget one'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -f -a "stop" -d 'Stop a treadmill\'s belt, where its owner has allowed it (`pair --treadmill --may-stop`)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and not __fish_seen_subcommand_from list rename forget stop help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from list" -l format -d 'How to print them' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from rename" -l format -d 'How to print them' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from forget" -l format -d 'How to print them' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from stop" -l format -d 'How to print them' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from help" -f -a "list" -d 'Show them (what happens when nothing else is said)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from help" -f -a "rename" -d 'Give one another name'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Forget one'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from help" -f -a "stop" -d 'Stop a treadmill\'s belt, where its owner has allowed it (`pair --treadmill --may-stop`)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sensors; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l sensor -d 'The shank sensor: a paired one by its name, `sim:SCENARIO`, `sim:SCRIPT.toml` or `file:CAPTURE`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l thigh -d 'The thigh sensor: a paired one by its name; `sim` with a simulated shank sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l treadmill -d 'A paired treadmill: its belt\'s speed is recorded' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l heart -d 'A paired heart-rate strap' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l record -d 'Record the session; without a name in the folder for data, named by the time. A recorded session ends with a report beside it' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l duration -d 'End after so long, like 10min' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l rate -d 'Samples a second to ask the sensors for [default: as paired, or 100]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l pace -d 'file, sim: speed at which it is played: 1x, 2x, or max' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l seed -d 'sim: decides the person, the steps and the link\'s faults' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l plan -d 'Follow this plan: a name (`retrogait plan list`) or a file' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l person -d 'Who walks: somebody who was added by `retrogait person add`, or a person file (TOML)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l calibration -d 'How the sensors sat when they were calibrated (written by `calibrate`)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l commands -d 'sim, file: what is entered, and when: lines like `12.5 pain 6`, also mark, seen, end, speed 1mph' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l web -d 'Serve the session as a page on this machine as well; a port may be given [default port: 8737]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l listen -d 'Serve the page to other machines: the address to listen on; they need the token that is printed' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l on-stop -d 'At a stop run this command, or call this http address, with the alert as JSON on its input' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l config -d 'Read settings, limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml in the user\'s configuration folder, if it is there]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l loss -d 'Share of notifications lost, in bursts of 1 to 6, like 5%' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l jitter -d 'Largest error of a time stamp, and delay of a notification, like 3ms' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l drift -d 'Parts per million by which the sensor\'s clock runs fast; negative is slow' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l dropout -d 'One interruption, like 1.5s or 1.5s@30s; without a length 0.5 to 2 s at a time drawn from the seed' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l duplicates -d 'Notifications sent again after the interruption; in files they are left out' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l plain -d 'Print records on standard output, and draw no screen'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l no-record -d 'Write nothing to the disk, and make no report'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l force -d 'Replace a recording that exists'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l keep -d 'sim, file: keep it among the sessions of the person all the same'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l skip-checklist -d 'Leave the checklist out; that is stored with the session'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l stop-treadmill -d 'Ask the treadmill to stop at a stop alert; it must have been paired with `--may-stop`'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l print-config -d 'Print every setting that is in force and where it came from, and do nothing else'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l open -d 'Open the page in a browser'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l mute -d 'No sound'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -l metronome -d 'Tick the plan\'s target cadence'
complete -c retrogait -n "__fish_retrogait_using_subcommand live" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand doctor" -l format -d 'How to print what is found' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c retrogait -n "__fish_retrogait_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l format -d 'What to print' -r -f -a "text\t'Tables for people'
json\t'One JSON object'"
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l detector -d 'Only this detector (repeatable)' -r -f -a "retrogait\t'This program\'s own'
textbook\t'The textbook forward rule'
textbook-flipped\t'The same with the sign of the rate turned about'"
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l only -d 'Only captures whose name matches PATTERN, with * and ? (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l require -d 'Fail with exit code 3 unless our own figure reaches this (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l jobs -d 'Captures worked on at a time [default: processors]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l per-capture -d 'List every capture as well'
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -l no-speed -d 'Do not measure the time a sample takes'
complete -c retrogait -n "__fish_retrogait_using_subcommand bench" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l person -d 'The person\'s file (TOML); it is rewritten' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l date -d 'The day they were walked, YYYY-MM-DD [default: today]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l replace -d 'Take the place of the baseline that is there'
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -l with-stops -d 'Accept sessions with a stop alert in them'
complete -c retrogait -n "__fish_retrogait_using_subcommand accept" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand rules" -l format -d 'How to print them' -r -f -a "text\t'Tables for people'
json\t'One JSON object'"
complete -c retrogait -n "__fish_retrogait_using_subcommand rules" -l config -d 'Read settings, limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml in the user\'s configuration folder, if it is there]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand rules" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -f -a "add" -d 'Add somebody, by a name or a code'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -f -a "list" -d 'List everybody'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -f -a "show" -d 'Show what is known of somebody'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -f -a "delete" -d 'Delete somebody and all of theirs, after asking'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -f -a "baseline" -d 'Make somebody\'s usual figures of sessions that were accepted, or show them'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and not __fish_seen_subcommand_from add list show delete baseline help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l file -d 'Person file (TOML): lengths, target, bands, baseline' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l side -d 'The leg that wears the sensor: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l knee-target -d 'Bend of the knee that is asked for, degrees' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l toe-first -d 'Share of steps that should land toes first, percent' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l per-week -d 'Sessions a week that are prescribed' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l minutes -d 'Backward minutes a session that are prescribed' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l mass -d 'Body mass, kg, for the energy estimate' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from list" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from show" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from delete" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from delete" -l yes -d 'Do not ask'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from baseline" -l session -d 'A session that was accepted as usual for this person (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from baseline" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from baseline" -l clear -d 'Forget the baseline'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from baseline" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add somebody, by a name or a code'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from help" -f -a "list" -d 'List everybody'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what is known of somebody'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete somebody and all of theirs, after asking'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from help" -f -a "baseline" -d 'Make somebody\'s usual figures of sessions that were accepted, or show them'
complete -c retrogait -n "__fish_retrogait_using_subcommand person; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -f -a "list" -d 'List the sessions that are kept'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -f -a "show" -d 'Show one'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -f -a "delete" -d 'Delete one with its capture, after asking'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -f -a "export" -d 'Write everything of one to files in open formats'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -f -a "pain" -d 'Note the worst pain of one'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and not __fish_seen_subcommand_from list show delete export pain help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from list" -l person -d 'Of this person only' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from list" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from list" -l json -d 'As a JSON array'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from show" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from show" -l json -d 'As a JSON object'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from delete" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from delete" -l yes -d 'Do not ask'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from export" -l out -d 'Folder to write to' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from export" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from export" -l force -d 'Replace files that exist'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from pain" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from pain" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the sessions that are kept'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete one with its capture, after asking'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write everything of one to files in open formats'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "pain" -d 'Note the worst pain of one'
complete -c retrogait -n "__fish_retrogait_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l html -d 'Write the page to FILE [default: NAME.report.html, unless --json or --csv is given]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l csv -d 'Write the tables into DIR' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l units -d 'Units of speed: kmh or mph' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l person -d 'What is known of the person of a capture (TOML)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l calibration -d 'How the sensors of a capture sat when they were calibrated (written by `calibrate`)' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l config -d 'Read settings, limits of the rules and the plan from FILE (TOML) [default: retrogait/config.toml in the user\'s configuration folder, if it is there]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l json -d 'Print everything as one JSON object'
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -l force -d 'Replace files that exist'
complete -c retrogait -n "__fish_retrogait_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand trend" -l html -d 'Write a page to FILE' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand trend" -l until -d 'Seen from this day [default: now]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand trend" -l data -d 'Folder with the kept sessions [default: the data folder of this user]' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand trend" -l json -d 'Print everything as one JSON object'
complete -c retrogait -n "__fish_retrogait_using_subcommand trend" -l force -d 'Replace a file that exists'
complete -c retrogait -n "__fish_retrogait_using_subcommand trend" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and not __fish_seen_subcommand_from 3mbwt help" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and not __fish_seen_subcommand_from 3mbwt help" -f -a "3mbwt" -d 'The 3-metre backward walk, three tries'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and not __fish_seen_subcommand_from 3mbwt help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l pace -d 'file, sim: speed at which it is played: 1x, 2x, or max' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l seed -d 'sim: decides the person and the steps' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l record -d 'Keep the capture; without a name in the folder for data, named by the time' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l acc-unit -d 'Unit of acceleration: mps2, g or mg [default: mps2, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l gyr-unit -d 'Unit of angular rate: dps or rad/s [default: dps, checked against gravity]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l time-unit -d 'Unit of time: s, ms or us [default: s]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l column -d 'Read column NAME from the one called HEADER in the file (repeatable)' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l columns -d 'Read columns from others, all in one: `time_s=t,acc_x=ax,...`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l save-as -d 'Remember the columns and units given under NAME, for `--from NAME`' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l from -d 'What the file is: a format or a mapping saved by `--save-as` [default: told by its content]' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l sensor -d 'The sensor to read from a file that has several' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l with -d 'The other file of a pair, where its name does not tell' -r -F
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l sample-rate -d 'Samples a second of a file that has no times' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l side -d 'The leg: left or right' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l mount -d 'Where the shank sensor\'s axes point when standing, for example x=up,y=anterior,z=left; or unknown' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l thigh-mount -d 'The same for the thigh sensor' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l height -d 'Body height, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l shank-length -d 'Knee to ankle, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l thigh-length -d 'Hip to knee, m' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l belt -d 'Belt speed of the treadmill, m/s' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l placement -d 'Where the sensor sits: shank, ankle or foot' -r
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -l json -d 'Print everything as one JSON object'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from 3mbwt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "3mbwt" -d 'The 3-metre backward walk, three tries'
complete -c retrogait -n "__fish_retrogait_using_subcommand test; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand completions" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand man" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand pages" -s h -l help -d 'Print help'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "replay" -d 'Read recorded captures and say what happened, stride by stride'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "convert" -d 'Turn a file of another logger into a capture'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "batch" -d 'Run every capture under folders, in parallel, into a few tables'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "simulate" -d 'Write labelled captures of a simulated walker, or send them as a live sensor does'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "calibrate" -d 'Find how the sensors sit: standing, then five seated knee extensions'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "demo" -d 'Show a simulated session, two minutes long: no sensor is needed'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "plan" -d 'List, show or write plans for sessions'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "config" -d 'Write an explained configuration file, or show the settings in force'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "scan" -d 'Look for sensors in range'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "pair" -d 'Connect a sensor for the first time, look at it, and remember it'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "sensors" -d 'List, rename or forget the sensors that were paired'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "live" -d 'Measure while someone walks'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "doctor" -d 'Find out why Bluetooth does not work, and what to do about it'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "bench" -d 'Score detectors against labelled captures, and time them'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "accept" -d 'Make captures of good sessions a person\'s baseline'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "rules" -d 'Print the rules that alerts are given by: limits, sources, measured rates'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "person" -d 'People whose sessions are kept'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "sessions" -d 'Sessions that are kept'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "report" -d 'A page about one session, to read, print and file'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "trend" -d 'Weeks of sessions: dose, shares, and what has changed beyond chance'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "test" -d 'Tests that a therapist gives, timed by the sensor'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "man" -d 'Print the manual page'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "pages" -d 'Write completions and manual pages for a package'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and not __fish_seen_subcommand_from replay convert batch simulate calibrate demo plan config scan pair sensors live doctor bench accept rules person sessions report trend test completions man pages help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from plan" -f -a "list" -d 'List the built-in plans and one\'s own'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from plan" -f -a "show" -d 'Show a plan, part by part'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from plan" -f -a "new" -d 'Write a new plan as a copy of another, to be changed'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sensors" -f -a "list" -d 'Show them (what happens when nothing else is said)'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sensors" -f -a "rename" -d 'Give one another name'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sensors" -f -a "forget" -d 'Forget one'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sensors" -f -a "stop" -d 'Stop a treadmill\'s belt, where its owner has allowed it (`pair --treadmill --may-stop`)'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from person" -f -a "add" -d 'Add somebody, by a name or a code'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from person" -f -a "list" -d 'List everybody'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from person" -f -a "show" -d 'Show what is known of somebody'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from person" -f -a "delete" -d 'Delete somebody and all of theirs, after asking'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from person" -f -a "baseline" -d 'Make somebody\'s usual figures of sessions that were accepted, or show them'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "list" -d 'List the sessions that are kept'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "show" -d 'Show one'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "delete" -d 'Delete one with its capture, after asking'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "export" -d 'Write everything of one to files in open formats'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "pain" -d 'Note the worst pain of one'
complete -c retrogait -n "__fish_retrogait_using_subcommand help; and __fish_seen_subcommand_from test" -f -a "3mbwt" -d 'The 3-metre backward walk, three tries'
