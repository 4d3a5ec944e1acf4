CREATE DATABASE doithoai_roll;
